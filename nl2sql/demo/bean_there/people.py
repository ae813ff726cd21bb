"""Invented people: given and family names from the countries Bean There trades in, combined at random."""

import unicodedata

import numpy as np

_FIRST_NAME_TEXT = """
Anna Bram Chiara Daan Elena Femke Giulia Hannah Inês Jonas Katarina Lars Maja Niklas Olivia Pieter Rosa Sofia
Tomás Uwe Valentina Wout Yasmin Zoë Ahmed Beatriz Clément Dario Emre Fatima Guillermo Helmi Isabel Jaan Kwame
Liam Mateo Noor Ottavia Paula Rasmus Siobhán Théo Ulla Viktor Wiebke Ximena Aoife Bogdan Camille Diogo Eino
Francesca Greta Hugo Ines Joris Kaisa Leila Marek Nadia Oskar Priya Quentin Rafael Saskia Tiina
"""
FIRST_NAMES = tuple(_FIRST_NAME_TEXT.split())

_LAST_NAME_TEXT = """
Aalto Bakker Bianchi Bruyneel Carvalho Castelli Conti Dubois Eriksen Fabre Ferreira Fischer Gallo García Haas
Hendriks Iglesias Jansen Kask Keller Kowalski Lambert Lehtonen Lindner Lopes Maes Martínez Meyer Moreau Moreira
Murphy Navarro Nieminen Novak O'Brien Oliveira Peeters Pereira Petit Quinn Ramos Ricci Rousseau Ruiz Sánchez
Schäfer Schmid Silva Smit Sørensen Tamm Torres Ünal Vandamme Verhoeven Virtanen Visser Vogel Wagner Weiss Wolf
Yildiz Zanetti Zimmermann Byrne Delacroix Esposito Fontaine Gruber Hofstra Kuusk Lefèvre
"""
LAST_NAMES = tuple(_LAST_NAME_TEXT.split())


def draw_names(rng: np.random.Generator, *, count: int) -> tuple[list[str], list[str]]:
    """First and last names of `count` people; two may share a name."""
    first = rng.integers(len(FIRST_NAMES), size=count).tolist()
    last = rng.integers(len(LAST_NAMES), size=count).tolist()
    return [FIRST_NAMES[index] for index in first], [LAST_NAMES[index] for index in last]


def email_addresses(first: list[str], last: list[str]) -> list[str]:
    """One address each in the reserved domain example.com (RFC 2606), unique through the running number."""
    pairs = zip(first, last, strict=True)
    return [f"{_ascii(one)}.{_ascii(other)}{number}@example.com" for number, (one, other) in enumerate(pairs, start=1)]


def _ascii(name: str) -> str:
    spelled = unicodedata.normalize("NFKD", name).replace("ø", "o").encode("ascii", "ignore").decode()
    return spelled.lower().replace("'", "")

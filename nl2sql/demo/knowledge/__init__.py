"""What the demo tenants tell Querent about their words: an FAQ and a few documents each, kept as text files."""

from nl2sql.demo.knowledge.load import DemoKnowledge, Document, FaqEntry, load

__all__ = ["DemoKnowledge", "Document", "FaqEntry", "load"]

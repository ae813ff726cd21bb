/* <querent-ask tokens="/your/address"></querent-ask>: Querent's ask box in your own page.

   `tokens` is an address of your own server, which asks Querent for a token of whoever is signed in with you and answers
   with its reply: JSON with `address`. It is fetched anew when a token has expired. Without `tokens`, set `address`, and
   set it again when the element dispatches "querent-expired". */
(() => {
  class QuerentAsk extends HTMLElement {
    static observedAttributes = ["address"];
    #frame = document.createElement("iframe");
    #heard = (event) => this.#hear(event);

    connectedCallback() {
      this.style.display = "block";
      Object.assign(this.#frame.style, { width: "100%", height: "12rem", border: "0" });
      this.#frame.title = this.getAttribute("label") ?? "Ask a question about your data";
      this.#frame.referrerPolicy = "no-referrer";
      this.append(this.#frame);
      window.addEventListener("message", this.#heard);
      if (this.hasAttribute("address")) this.#show(); else this.#renew();
    }

    disconnectedCallback() { window.removeEventListener("message", this.#heard); }

    attributeChangedCallback() { if (this.#frame.isConnected) this.#show(); }

    #show() { this.#frame.src = this.getAttribute("address"); }

    async #renew() {
      if (!this.hasAttribute("tokens")) return;
      const response = await fetch(this.getAttribute("tokens"), { cache: "no-store", headers: { Accept: "application/json" } });
      if (response.ok) this.setAttribute("address", (await response.json()).address);
      else this.dispatchEvent(new CustomEvent("querent-failed", { bubbles: true, detail: response.status }));
    }

    #hear(event) {
      if (event.source !== this.#frame.contentWindow || event.origin !== new URL(this.getAttribute("address")).origin) return;
      if (event.data.type === "querent:height") this.#frame.style.height = `${Math.min(Number(event.data.height) || 0, 10000)}px`;
      if (event.data.type === "querent:expired") {
        this.dispatchEvent(new CustomEvent("querent-expired", { bubbles: true }));
        this.#renew();
      }
    }
  }
  customElements.define("querent-ask", QuerentAsk);
})();

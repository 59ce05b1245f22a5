// Browsers refuse workers to pages that are opened as files. There the search runs in a hidden frame instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    #frame = document.createElement("iframe");
    #loaded;

    constructor(url) {
      super();
      this.#frame.hidden = true;
      this.#frame.srcdoc =
        '<script>postMessage = data => frameElement.dispatchEvent(new CustomEvent("answer", { detail: data }))</script>' +
        `<script src="${url}"></script>`;
      this.#frame.addEventListener("answer", ({ detail }) => this.dispatchEvent(new MessageEvent("message", { data: detail })));
      this.#loaded = new Promise(resolve => this.#frame.addEventListener("load", resolve));
      document.body.append(this.#frame);
    }

    async postMessage(data) {
      await this.#loaded;
      this.#frame.contentWindow.dispatchEvent(new MessageEvent("message", { data }));
    }
  };
}

import { LitElement } from "lit";

export class LiveCaptions extends LitElement {}

customElements.define("live-captions", LiveCaptions);

// The Worker of a test: the bundle, and a room's object that can be made to die where it stands. Runs inside the Workers runtime.
import worker, { CaptionRoom as Room } from "../dist/worker/index.js";

export * from "../dist/worker/index.js";
export default worker;

export class CaptionRoom extends Room {
  async fetch(request) {
    // Out of memory at once, with all its connections: what happens to an object when the platform moves it.
    if (new URL(request.url).pathname === "/die") this.ctx.abort("evicted by a test");
    return super.fetch(request);
  }
}

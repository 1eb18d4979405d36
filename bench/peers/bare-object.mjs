// What one writes first: a Durable Object that hands on every message of the provider to every socket, as it is.
export default {
  fetch(request, env) {
    return env.ROOM.get(env.ROOM.idFromName("room")).fetch(request);
  },
};

export class BareRoom {
  #ctx;
  #upstream = null;

  constructor(ctx) {
    this.#ctx = ctx;
  }

  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/begin") {
      const { upstream } = await request.json();
      const { webSocket } = await fetch(upstream.replace("ws:", "http:"), {
        headers: { upgrade: "websocket" },
      });
      webSocket.accept();
      webSocket.addEventListener("message", ({ data }) => {
        for (const socket of this.#ctx.getWebSockets()) socket.send(data);
      });
      this.#upstream = webSocket;
      return Response.json({});
    }
    if (pathname === "/end") {
      this.#upstream?.close(1000);
      this.#upstream = null;
      return Response.json({});
    }
    const pair = new WebSocketPair();
    this.#ctx.acceptWebSocket(pair[1]);
    return new Response(null, { status: 101, webSocket: pair[0] });
  }

  webSocketMessage() {}

  webSocketClose(socket, code) {
    try {
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    } catch {
      // It is closed already.
    }
  }
}

// A scripted provider for tests inside workerd: it answers what the address and the text ask for, exactly, and hears
// nothing. Real speech is for the end-to-end tests.

/** Recognises one word a second of 16 kHz linear16: "w0." for the first, "w1." for the next. */
const secondBytes = 32_000;

export default {
  async fetch(request) {
    const url = new URL(request.url);
    if (url.pathname === "/v1/listen") return listen(request, url);
    if (url.pathname === "/v1/speak") return speak(request, url);
    return new Response("no such address", { status: 404 });
  },
};

function listen(request, url) {
  if (request.headers.get("upgrade") !== "websocket") return new Response("upgrade", { status: 426 });
  if (request.headers.get("authorization") !== "Token provider-key-of-the-tests") {
    return Response.json({ err_code: "INVALID_AUTH", err_msg: "Invalid credentials." }, { status: 401 });
  }
  // `language=xx-400` and the like: refusals by number.
  const refusal = /^xx-(\d{3})$/.exec(url.searchParams.get("language") ?? "");
  if (refusal !== null) {
    return new Response("refused", {
      status: Number(refusal[1]),
      headers: { "dg-error": "scripted refusal" },
    });
  }
  const pair = new WebSocketPair();
  const socket = pair[1];
  socket.binaryType = "arraybuffer";
  socket.accept();
  let bytes = 0;
  let said = 0;
  const say = (from, to, isFinal) => {
    const text = `w${said}.`;
    const words = [{ word: `w${said}`, punctuated_word: text, start: from, end: to, confidence: 1 }];
    socket.send(
      JSON.stringify({
        type: "Results",
        channel_index: [0, 1],
        start: from,
        duration: to - from,
        is_final: isFinal,
        speech_final: isFinal,
        channel: { alternatives: [{ transcript: text, confidence: 1, words }] },
        metadata: {},
      }),
    );
    if (isFinal) said += 1;
  };
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") {
      if (JSON.parse(data).type !== "CloseStream") return;
      if (bytes > said * secondBytes) say(said, bytes / secondBytes, true);
      socket.send(JSON.stringify({ type: "Metadata", duration: bytes / secondBytes }));
      socket.close(1000);
      return;
    }
    bytes += data.byteLength;
    while (bytes >= (said + 1) * secondBytes) say(said, said + 1, true);
    if (bytes > said * secondBytes) say(said, bytes / secondBytes, false);
  });
  return new Response(null, { status: 101, webSocket: pair[0] });
}

async function speak(request, url) {
  const body = await request.text();
  const status = Number(/"text":"status (\d{3})"/.exec(body)?.[1] ?? 200);
  if (status !== 200) {
    return Response.json(
      { err_code: "SCRIPTED", err_msg: "scripted" },
      { status, headers: { "dg-error": "scripted" } },
    );
  }
  const told = {
    authorization: request.headers.get("authorization"),
    contentType: request.headers.get("content-type"),
    query: url.search,
    body,
  };
  const { readable, writable } = new TransformStream();
  const write = async () => {
    const writer = writable.getWriter();
    await writer.write(new TextEncoder().encode("first|"));
    await writer.write(new TextEncoder().encode(JSON.stringify(told)));
    await writer.close();
  };
  write().catch(() => {});
  return new Response(readable, {
    headers: {
      "content-type": "audio/l16;rate=16000",
      "dg-model-name": "aura-2-thalia-en",
      "dg-char-count": String(body.length),
      "dg-request-id": "provider-request",
      "dg-project-id": "secret-project",
      "set-cookie": "a=b",
    },
  });
}

import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { CaptionwireError, errorTable } from "../shared/errors.ts";
import { type Config, configOf } from "./env.ts";
import { drain } from "./http/drain.ts";
import { pages } from "./pages/index.ts";
import { rooms } from "./rooms/index.ts";
import { speak } from "./speak/index.ts";
import { tokens } from "./tokens/index.ts";

export type App = {
  Bindings: Cloudflare.Env;
  Variables: { config: Config; requestId: string };
};

/** The route table and the order of middleware, nothing else. */
export const app = new Hono<App>();

app.use(requestId());
app.use(drain);
app.use(async (c, next) => {
  c.set("config", configOf(c.env));
  await next();
});

app.get("/healthz", (c) => c.json({ ok: true }));
app.route("/", tokens);
app.route("/", speak);
app.route("/", rooms);
app.route("/", pages);

app.notFound(() => {
  throw new CaptionwireError("not_found");
});

/** Every failure leaves by the error table; what is not in it is logged by name and told as `internal`. */
app.onError((error, c) => {
  const known = error instanceof CaptionwireError ? error : new CaptionwireError("internal");
  if (!(error instanceof CaptionwireError)) {
    console.error({ event: "unhandled", error: error.name, requestId: c.var.requestId });
  }
  const { status, retry } = errorTable[known.code];
  return c.json({ code: known.code, message: known.message, retry, requestId: c.var.requestId }, status);
});

import { Hono } from "hono";
import { requestId } from "hono/request-id";
import type { ErrorAnswer } from "../shared/error-answer.ts";
import { CaptionwireError, errorTable, ruleOf } from "../shared/errors.ts";
import type { Health } from "../shared/health.ts";
import { configOf } from "./env.ts";
import { apiHeaders } from "./http/api-headers.ts";
import type { App } from "./http/app.ts";
import { cors, preflight } from "./http/cors.ts";
import { drain } from "./http/drain.ts";
import { flood } from "./http/flood.ts";
import { registry } from "./internal/registry.ts";
import { openapi } from "./openapi/index.ts";
import { pages } from "./pages/index.ts";
import { isPlainPage } from "./pages/plain/index.ts";
import { inWords } from "./pages/plain/refusal.ts";
import { rooms } from "./rooms/index.ts";
import { speak } from "./speak/index.ts";
import { SpeakRefusal } from "./speak/refusal.ts";
import { inDeepgramsShape, isDeepgrams } from "./speak/refused.ts";
import { tokens } from "./tokens/index.ts";

/** The route table and the order of middleware, nothing else. */
export const app = new Hono<App>();

app.use(requestId());
app.use(apiHeaders);
app.use(drain);
const interfaces = ["/v1/*", "/speak", "/parties/*"];
for (const path of interfaces) app.use(path, cors);
app.use(async (c, next) => {
  c.set("config", configOf(c.env));
  await next();
});
for (const path of [...interfaces, "/plain/*", "/healthz", "/openapi.json"]) app.use(path, flood);
for (const path of interfaces) app.options(path, preflight);

app.get("/healthz", (c) => c.json<Health>({ ok: true }));
app.route("/", tokens);
app.route("/", speak);
app.route("/", rooms);
app.route("/", registry);
app.route("/", openapi);
app.route("/", pages);

app.notFound(() => {
  throw new CaptionwireError("not_found");
});

/** Every failure leaves by the error table; what is not in it is logged by name and told as `internal`. */
app.onError((error, c) => {
  const known = error instanceof CaptionwireError || error instanceof SpeakRefusal;
  if (!known) console.error({ event: "unhandled", error: error.name, requestId: c.var.requestId });
  const refusal = known ? error : new CaptionwireError("internal");
  if (isDeepgrams(c.req.path) || refusal instanceof SpeakRefusal) return inDeepgramsShape(c, refusal);
  const { code, message } = refusal;
  const { status, retry } = errorTable[code];
  const { retryAfterS } = ruleOf(code);
  if (retryAfterS !== undefined) c.header("retry-after", String(retryAfterS));
  if (isPlainPage(c.req.path)) return inWords(c, refusal);
  return c.json<ErrorAnswer>({ code, message, retry, requestId: c.var.requestId }, status);
});

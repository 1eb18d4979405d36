export { CaptionRoom } from "../party/server.ts";
export { Tenant } from "../party/tenant/tenant.ts";
export { app as default } from "./app.ts";
export { SpeakLog } from "./speak/log/log.ts";

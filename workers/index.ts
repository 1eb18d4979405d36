export { CaptionRoom } from "../party/server.ts";
export { app as default } from "./app.ts";
export { SpeakLog } from "./speak/log/log.ts";

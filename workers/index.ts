export { CaptionRoom } from "../party/server.ts";
export { app as default } from "./app.ts";

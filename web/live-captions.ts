import "../client/element/live-captions.ts";

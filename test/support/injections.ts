/** Text that tries to be something else than text: markup, a cue, an event, a command, another line. */
export type Injection = {
  readonly name: string;
  readonly text: string;
};

/** What a script of an injection would do. */
const run = "globalThis.injected=1";

export const injections: readonly Injection[] = [
  // ── HTML ──
  { name: "a script", text: `<script>${run}</script>` },
  { name: "an image that fails", text: `<img src=x onerror="${run}">` },
  { name: "the end of what it stands in", text: `"'></span></p></div></main><svg onload=${run}><h1>big` },
  { name: "a frame", text: `<iframe srcdoc="<script>parent.${run}</script>"></iframe>` },
  { name: "a style", text: "<style>body{display:none}</style><link rel=stylesheet href=//evil.test/x.css>" },
  {
    name: "a new base",
    text: '<base href="//evil.test/"><meta http-equiv=refresh content="0;url=//evil.test">',
  },
  { name: "the end of a comment", text: "--> <!-- --!> <![CDATA[ ]]> <?php ?>" },
  { name: "references", text: `&lt;script&gt;${run}&lt;/script&gt; &amp;lt; &#60;b&#62; &nbsp &copy` },
  {
    name: "addresses",
    text: `javascript:${run} data:text/html,<script>${run}</script> vbscript:x //evil.test`,
  },
  {
    name: "templates",
    text: `{{constructor.constructor("${run}")()}} \${${run}} <%= 7*7 %> #{7*7} {%x%} $1 $& %s %n`,
  },
  { name: "an entry of a prototype", text: '__proto__ constructor {"__proto__":{"text":"forged"}}' },
  // ── caption files ──
  {
    name: "voices and times of WebVTT",
    text: "<v Speaker 9>I am nine</v> <00:00:01.000><c.red>now</c> <ruby>a<rt>b",
  },
  { name: "the words of WebVTT", text: "WEBVTT" },
  { name: "a note", text: "NOTE this is none" },
  { name: "a style sheet of WebVTT", text: "STYLE ::cue{color:transparent}" },
  { name: "a region", text: "REGION id:fred width:40%" },
  {
    name: "a cue",
    text: "\n\n7\n00:00:00.000 --> 99:00:00.000 line:0 position:0\nforged\n\nNOTE\nforged\n\n",
  },
  {
    name: "a cue in carriage returns",
    text: "end\r\r8\r00:00:00,000 --> 00:00:09,000\rforged\r\n\r\nforged",
  },
  { name: "a cue without breaks", text: "9 00:00:00,000 --> 00:00:09,000 forged" },
  { name: "a number alone", text: "10" },
  { name: "an arrow alone", text: "-->" },
  { name: "SubRip's tags", text: "{\\an8}{\\pos(0,0)}<font color=#000000>up</font>\\N\\h{b}{y:i}" },
  // ── streams ──
  { name: "an event", text: 'x\n\nid: 0.0\nevent: error\nretry: 1\ndata: {"type":"snapshot"}\n\n: end' },
  {
    name: "an event in carriage returns",
    text: 'x\r\rdata: {"type":"error","code":"gone"}\r\rdata:x\r\n\r\n',
  },
  {
    name: "a frame of the room",
    text: '"}],"removed":[],"interim":null}{"type":"error","code":"room_gone"}',
  },
  // ── characters ──
  {
    name: "line breaks of all kinds",
    text: "one\ntwo\rthree\u2028four\u2029five\u0085six\u000bseven\u000ceight",
  },
  { name: "an override left open", text: "\u202egnp.exe" },
  { name: "an embedding left open", text: "embedded \u202bopen" },
  { name: "an isolate left open", text: "isolated \u2067open" },
  { name: "all of them left open", text: `${"\u202a\u202b\u202d\u2066\u2067\u2068\u202e".repeat(20)}open` },
  { name: "ends of what was not begun", text: "\u202c\u2069\u2069\u202cends" },
  { name: "marks of direction", text: "\u200f\u061c\u200eשלום, world! (مرحبا) 123" },
  { name: "lone surrogates", text: "\ud83d high \ude00 low \udc00\ud800" },
  { name: "text beyond sixteen bits", text: "😀𠀀𠜎𡃁 👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿 𝔄𝕏 🇩🇪" },
  {
    name: "joiners and what has no width",
    text: "\u200dx\u200c\u200b\u2060\ufeffy\u00ad\u034f\u180ez\u200d",
  },
  { name: "marks upon marks", text: `Z${"\u0301\u0321\u035c\u0489".repeat(40)}algo` },
  { name: "zeros and bells", text: "a\u0000b\u0007c\u0008d\u007fe\u0000" },
  { name: "a terminal's commands", text: "\u001b[2J\u001b[31mred\u001b]0;title\u0007\u009b1A\u001bc" },
  { name: "wide letters", text: `﷽${"﷽".repeat(40)}𒐫𒐫` },
  { name: "a word of 1,900 characters", text: "字母abc".repeat(380) },
  { name: "a word of 100 kB", text: "W".repeat(100_000) },
];

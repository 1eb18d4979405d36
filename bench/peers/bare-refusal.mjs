// The cheapest refusal there is in this runtime: whoever asks for whatever has asked too often.
export default {
  fetch() {
    return new Response(null, { status: 429, headers: { "retry-after": "10" } });
  },
};

// What one writes first: a Worker that puts the provider's key on a request and hands the answer on as it comes.
export default {
  fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    return fetch(`${env.UPSTREAM}${pathname}${search}`, {
      method: request.method,
      headers: {
        authorization: `Token ${env.KEY}`,
        "content-type": request.headers.get("content-type"),
      },
      body: request.body,
    });
  },
};

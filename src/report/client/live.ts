/**
 * In the page of a run that goes on: takes the server's news. Each piece of news is a whole section, so one that comes
 * twice changes nothing. A hidden page asks for none: a browser has few connections to one server.
 */
{
  interface News {
    readonly lead: string;
    readonly sections: readonly { readonly id: string; readonly markup: string }[];
  }

  const mostFailures = 30;

  let last = "";
  let source: EventSource | undefined;
  let ended = false;
  /** In a row, without an answer. */
  let failures = 0;

  const status = document.querySelector("#live-status");
  const say = (text: string): void => {
    if (status) status.textContent = text;
  };

  const close = (): void => {
    source?.close();
    source = undefined;
  };

  const open = (): void => {
    if (source || ended || document.hidden) return;
    source = new EventSource(`events?after=${last}`);
    source.addEventListener("open", () => (failures = 0));
    source.addEventListener("news", (event) => {
      const { lead, sections } = JSON.parse(event.data as string) as News;
      last = event.lastEventId;
      const place = document.querySelector("#live-lead");
      if (place) place.innerHTML = lead;
      for (const { id, markup } of sections) {
        const old = document.getElementById(id);
        const holder = document.createElement("template");
        holder.innerHTML = markup;
        const fresh = holder.content.firstElementChild;
        if (!fresh) continue;
        const opened = [...(old?.querySelectorAll("details") ?? [])].map((details) => details.open);
        for (const [i, details] of fresh.querySelectorAll("details").entries()) details.open = opened[i] ?? false;
        if (old) old.replaceWith(fresh);
        else document.querySelector("main")?.append(fresh);
      }
    });
    source.addEventListener("progress", (event) => say(event.data as string));
    source.addEventListener("end", (event) => {
      ended = true;
      say(event.data as string);
      close();
    });
    source.addEventListener("error", () => {
      failures++;
      // A server that is gone stays gone; whoever comes back to the page asks anew.
      if (failures >= mostFailures || source?.readyState === EventSource.CLOSED) {
        close();
        failures = 0;
        say("The run does not answer any more: it has ended, or its program has. Its report is in the run's folder.");
      } else say("The run does not answer; asking again.");
    });
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}

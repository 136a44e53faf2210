/** Text becomes markup in one place, which escapes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { html, join, jsonText, raw, visible } from "../../src/report/html.js";

test("what is put in is escaped, lists are joined, what is absent is nothing", () => {
  const name = `"><img src=x onerror='alert(1)'>&`;
  assert.equal(
    html`<b title="${name}">${[name, null, false, 1]}</b>`.text,
    `<b title="&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;">&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;1</b>`,
  );
  assert.equal(
    html`${html`<i>${"<"}</i>`}${raw("<br>")}${join(["<", html`<hr>`], " & ")}`.text,
    "<i>&lt;</i><br>&lt; &amp; <hr>",
  );
});

test("no string brings a mark of markup or a steering character through", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const written = html`${text}`.text;
      assert.doesNotMatch(written, /[<>"']/);
      assert.doesNotMatch(written, /[\p{Cc}\p{Bidi_Control}\p{Cs}]/u);
      assert.doesNotMatch(written.replace(/&(?:amp|lt|gt|quot|#39);/g, ""), /&/);
    }),
    { seed: 23 },
  );
});

test("control and direction characters are seen", () => {
  assert.equal(visible("\u0003bell\u001b[2J\u009b31m \u202eabc"), "␃bell␛[2J\ufffd31m \ufffdabc");
  assert.equal(visible("👩‍🔬 قطة"), "👩‍🔬 قطة");
});

test("data for scripts cannot end their element, and are read back as they were", () => {
  const hostile = { "</script><script>window.pwned=1</script>": ["<!--<script>", "\u2028"] };
  const { text } = jsonText(hostile);
  assert.doesNotMatch(text, /</);
  assert.deepEqual(JSON.parse(text), hostile);
});

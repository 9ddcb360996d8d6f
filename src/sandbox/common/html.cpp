#include "sandbox/common/html.h"

#include <fmt/format.h>

namespace cobro::sandbox {
namespace {

constexpr std::string_view kPage = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root{{--ground:#eef1f6;--card:#fff;--text:#1b2130;--quiet:#586074;--line:#8b93a7;
--rule:#dfe3ec;--blue:#1a4fc4}}
@media (prefers-color-scheme:dark){{:root{{--ground:#12151c;--card:#1d222d;--text:#eef1f6;
--quiet:#a9b1c3;--line:#6d7589;--rule:#343b4a;--blue:#3d6fe0}}}}
*{{box-sizing:border-box}}
body{{font:1rem/1.5 system-ui,sans-serif;background:var(--ground);color:var(--text);margin:0;
display:grid;place-items:center;min-height:100vh;padding:1rem}}
main{{background:var(--card);border-radius:1rem;padding:1.75rem;width:100%;max-width:25rem;
box-shadow:0 .25rem 1.5rem #0002}}
.badge{{display:inline-block;font-size:.75rem;font-weight:600;letter-spacing:.04em;
border:1px solid var(--line);border-radius:1rem;padding:.1rem .65rem;color:var(--quiet)}}
h1{{font-size:1.375rem;line-height:1.25;margin:.9rem 0 .35rem;text-wrap:balance}}
p{{margin:.35rem 0;text-wrap:pretty}}
dl{{margin:1.25rem 0;border-top:1px solid var(--rule)}}
dl div{{display:flex;justify-content:space-between;align-items:baseline;gap:1rem;
padding:.6rem 0;border-bottom:1px solid var(--rule)}}
dt{{color:var(--quiet)}}dd{{margin:0;text-align:right;overflow-wrap:anywhere}}
.amount dd{{font-size:1.5rem;line-height:1.2;font-weight:650}}
.id{{flex-wrap:wrap;column-gap:1rem;row-gap:0}}.id dd{{font:.8125rem/1.8 ui-monospace,monospace}}
form{{display:grid;gap:.75rem}}
button{{font:inherit;font-weight:600;min-height:3rem;border-radius:.6rem;cursor:pointer;
border:1px solid var(--line);background:transparent;color:var(--text)}}
button.approve{{background:var(--blue);border-color:var(--blue);color:#fff}}
button:hover{{filter:brightness(1.1)}}
button:focus-visible{{outline:3px solid var(--blue);outline-offset:3px}}
label{{display:grid;gap:.25rem;font-weight:600}}
input{{font:inherit;font-weight:400;min-height:3rem;padding:.5rem .75rem;border-radius:.6rem;
border:1px solid var(--line);background:transparent;color:var(--text);width:100%}}
input:focus-visible{{outline:3px solid var(--blue);outline-offset:1px}}
.pair{{display:grid;grid-template-columns:1fr 1fr;gap:.75rem}}
.error{{border:1px solid;border-radius:.6rem;padding:.6rem .75rem;color:#b3261e}}
@media (prefers-color-scheme:dark){{.error{{color:#ffb4ab}}}}
a{{color:inherit}}
.note{{color:var(--quiet);font-size:.875rem;margin:1.25rem 0 0}}
</style></head><body><main>
<span class="badge">{badge}</span>
<h1>{title}</h1>
{content}
<p class="note">{note}</p>
</main></body></html>
)html";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

wire::Reply html_page(int status, const PageHead& head, std::string_view content) {
  wire::Reply reply{status,
                    {{"Content-Type", "text/html; charset=utf-8"},
                     {"Cache-Control", "no-store"},
                     {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}},
                    {}};
  reply.body =
      fmt::format(fmt::runtime(kPage), fmt::arg("title", head.title), fmt::arg("badge", head.badge),
                  fmt::arg("note", head.note), fmt::arg("content", content));
  return reply;
}

}  // namespace cobro::sandbox

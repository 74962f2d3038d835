#include "ota/letter.h"

#include <fmt/format.h>

#include "ota/plain_text.h"

namespace contactor::ota {
namespace {

constexpr std::string_view kPageBegin =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width\"><title>{}</title></head>\n"
    "<body style=\"font-family:sans-serif;font-size:16px;line-height:1.5;max-width:36em;margin:1em "
    "auto;padding:0 1em\">\n";
constexpr std::string_view kPageEnd = "</body></html>\n";

bool is_web_address(std::string_view link) {
  return link.starts_with("https://") || link.starts_with("http://");
}

std::string anchor(const std::string& link) {
  const std::string escaped = escape_html(link);
  // Any other scheme is shown, never clickable: a mail must not carry `javascript:`.
  return is_web_address(link) ? fmt::format("<a href=\"{0}\">{0}</a>", escaped) : escaped;
}

}  // namespace

std::string to_text(const Letter& letter) {
  std::string text;
  for (const auto& block : letter.blocks) {
    if (!text.empty()) text += '\n';
    text += block.text + '\n';
    for (const auto& item : block.items) text += "- " + item + '\n';
    if (!block.link.empty()) text += block.link + '\n';
  }
  return text;
}

std::string to_html(const Letter& letter) {
  std::string html = fmt::format(kPageBegin, escape_html(letter.subject));
  for (const auto& block : letter.blocks) {
    html += "<p>" + escape_html(block.text);
    if (!block.link.empty()) html += "<br>" + anchor(block.link);
    html += "</p>\n";
    if (block.items.empty()) continue;
    html += "<ul>\n";
    for (const auto& item : block.items) html += "<li>" + escape_html(item) + "</li>\n";
    html += "</ul>\n";
  }
  return html + std::string(kPageEnd);
}

}  // namespace contactor::ota

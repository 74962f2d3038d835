#include "world/reply.h"

namespace contactor::world {

ports::HttpResponse json_response(int status, std::string body) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

ports::HttpResponse html_response(int status, std::string_view title) {
  return {
      .status = status,
      .headers = {{"Content-Type", "text/html; charset=utf-8"}},
      .body = fmt::format("<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n", title)};
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

}  // namespace contactor::world

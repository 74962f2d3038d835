#include "world/route.h"

#include <algorithm>

#include "crypto/encoding.h"

namespace contactor::world {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Target target_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const auto slash = url.find_first_of("/?#");
  if (slash == std::string_view::npos) return {"/", {}};
  url.remove_prefix(slash);
  url = url.substr(0, url.find('#'));
  const auto mark = url.find('?');
  Target target{url.substr(0, mark),
                mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1)};
  if (target.path.empty()) target.path = "/";
  return target;
}

bool take_prefix(std::string_view& path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  path.remove_prefix(prefix.size());
  return true;
}

std::string_view take_segment(std::string_view& path) {
  const auto slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return segment;
}

std::string_view header_of(const ports::HttpRequest& request, std::string_view name) {
  for (const auto& header : request.headers)
    if (std::ranges::equal(header.name, name, {}, lower, lower)) return header.value;
  return {};
}

std::string url_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

FormFields parse_form(std::string_view text) {
  FormFields fields;
  while (!text.empty() && fields.size() < 64) {
    const auto end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    const auto equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (!pair.empty()) fields.emplace_back(url_decoded(pair.substr(0, equals)), url_decoded(value));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return fields;
}

std::string_view field_of(const FormFields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FormFields::value_type::first);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view bearer_of(const ports::HttpRequest& request) {
  std::string_view value = header_of(request, "authorization");
  return take_prefix(value, "Bearer ") ? value : std::string_view();
}

std::optional<std::pair<std::string, std::string>> basic_of(const ports::HttpRequest& request) {
  std::string_view value = header_of(request, "authorization");
  if (!take_prefix(value, "Basic ")) return std::nullopt;
  const auto text = crypto::from_base64(value);
  if (!text) return std::nullopt;
  const auto colon = text->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(text->substr(0, colon), text->substr(colon + 1));
}

}  // namespace contactor::world

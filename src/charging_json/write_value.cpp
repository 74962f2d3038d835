#include "charging_json/write_value.h"

#include <fmt/format.h>

#include "charging/decimal.h"

namespace contactor::charging_json {

void write_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void write(std::string& out, const std::string& value) { write_text(out, value); }
void write(std::string& out, std::int64_t value) { fmt::format_to(std::back_inserter(out), "{}", value); }
void write(std::string& out, bool value) { out += value ? "true" : "false"; }
void write(std::string& out, Instant value) { write_text(out, to_rfc3339(value)); }
void write(std::string& out, const Vin& value) { write_text(out, value.str()); }
void write(std::string& out, const charging::JsonObject& value) { out += value.text; }

void write(std::string& out, charging::Quality value) {
  out += '[';
  bool first = true;
  for (int i = 0; i < charging::kFlags; ++i) {
    const auto flag = static_cast<charging::Flag>(i);
    if (!value.has(flag)) continue;
    if (!first) out += ',';
    first = false;
    write_text(out, charging::spelled(flag));
  }
  out += ']';
}

void write_number(std::string& out, std::int64_t count, int decimals) {
  out += charging::decimal_text(count, decimals);
}

}  // namespace contactor::charging_json

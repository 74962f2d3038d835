// `contactor vin decode`: what VINs say about themselves. Needs no store and no configuration.

#include <cstdio>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "app/commands.h"
#include "json/json.h"
#include "vin/decode.h"

namespace contactor::app {
namespace {

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object document(std::string_view text, const Result<Vin>& vin) {
  if (!vin)
    return {{"vin", text},           {"valid", false},         {"wmi", nullptr},
            {"make", nullptr},       {"oem", nullptr},         {"country", nullptr},
            {"model_year", nullptr}, {"check_digit", nullptr}, {"error", vin.error().detail}};
  const VinFacts facts = decode(*vin);
  return {{"vin", vin->str()},
          {"valid", true},
          {"wmi", vin->str().substr(0, 3)},
          {"make", text_or_null(facts.make)},
          {"oem", text_or_null(facts.oem)},
          {"country", text_or_null(facts.country)},
          {"model_year", facts.model_year ? json::value(*facts.model_year) : json::value(nullptr)},
          {"check_digit", to_string(facts.check_digit)}};
}

std::string line(std::string_view text, const Result<Vin>& vin) {
  if (!vin) return fmt::format("{:<17}  not a VIN: {}", text, vin.error().detail);
  const VinFacts facts = decode(*vin);
  return fmt::format("{}  {:<14}  {:<10}  {:<2}  {:<4}  check digit {}", vin->str(),
                     facts.make.empty() ? "unmapped" : facts.make, facts.oem.empty() ? "no cloud" : facts.oem,
                     facts.country.empty() ? "-" : facts.country,
                     facts.model_year ? std::to_string(*facts.model_year) : "-",
                     to_string(facts.check_digit));
}

/// Prints answers as they come, so that a million lines need no memory; as JSON all of them are one document.
class Printer {
 public:
  Printer(bool as_json, bool is_list) : as_json_(as_json), is_list_(is_list) {}

  void print(std::string_view text) {
    const auto vin = Vin::parse(text);
    all_valid_ = all_valid_ && vin;
    if (!as_json_) return fmt::print("{}\n", line(shown(text), vin));
    if (is_list_) std::fputs(printed_++ == 0 ? "[\n" : ",\n", stdout);
    std::fputs(json::serialize(document(shown(text), vin)).c_str(), stdout);
  }

  /// @return  the exit status.
  int end() {
    if (as_json_) std::fputs(!is_list_ ? "\n" : printed_ == 0 ? "[]\n" : "\n]\n", stdout);
    return all_valid_ ? 0 : 3;
  }

 private:
  /// What was given, without what would break a terminal or a JSON text.
  static std::string shown(std::string_view text) {
    std::string clean(text.substr(0, 64));
    for (char& c : clean)
      if (c < 0x20 || c == 0x7f) c = '?';
    return clean;
  }

  bool as_json_;
  bool is_list_;
  bool all_valid_ = true;
  std::size_t printed_ = 0;
};

}  // namespace

int run_command(const cli::VinDecode& vin_decode, const cli::Options& options, const Environment&) {
  Printer printer(options.json, vin_decode.vins.size() != 1);
  for (const auto& vin : vin_decode.vins) printer.print(vin);
  if (!vin_decode.vins.empty()) return printer.end();
  for (std::string text; std::getline(std::cin, text);)
    if (text.find_first_not_of(" \t\r") != text.npos) printer.print(text);
  return printer.end();
}

}  // namespace contactor::app

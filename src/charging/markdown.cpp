#include <fmt/format.h>

#include "charging/catalogue.h"
#include "charging/decimal.h"

namespace contactor::charging {
namespace {

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::id:
      return "id";
    case Kind::text:
      return "text";
    case Kind::vin:
      return "VIN";
    case Kind::moment:
      return "moment";
    case Kind::number:
      return "number";
    case Kind::count:
      return "whole number";
    case Kind::flag:
      return "yes/no";
    case Kind::choice:
      return "one of";
    case Kind::choices:
      return "some of";
    case Kind::object:
      return "JSON object";
    case Kind::secret:
      return "secret";
  }
  return {};
}

std::string value(const FieldInfo& field) {
  std::string out(word(field.kind));
  if (field.kind == Kind::number)
    out = fmt::format("{}, {} to {}", field.symbol, decimal_text(field.range.min, field.decimals),
                      decimal_text(field.range.max, field.decimals));
  if (field.kind == Kind::count) out += fmt::format(", {} to {}", field.range.min, field.range.max);
  if (field.kind == Kind::text) out += fmt::format(" of {} to {} bytes", field.range.min, field.range.max);
  for (std::size_t i = 0; i < field.choices.size(); ++i)
    out += fmt::format("{}`{}`", i == 0 ? " " : ", ", field.choices[i]);
  return out;
}

std::string_view who(Presence presence) {
  switch (presence) {
    case Presence::required:
      return "required";
    case Presence::optional:
      return "optional";
    case Presence::ours:
      return "read only";
    case Presence::secret:
      return "write only";
    case Presence::hidden:
      return "store only";
  }
  return {};
}

}  // namespace

std::string markdown(const ModelInfo& model) {
  std::string out = fmt::format("### {}\n\n{} SQL table `{}`, route `/v1/charging/{}`.\n\n", model.title,
                                model.doc, model.name, model.route);
  out += "| member | value | | meaning | from |\n|---|---|---|---|---|\n";
  for (const auto& field : model.fields)
    out += fmt::format("| `{}` | {} | {}{} | {} | {} |\n", field.name, value(field), who(field.presence),
                       field.nullable ? ", null" : "", field.doc, field.source);
  return out;
}

}  // namespace contactor::charging

// `contactor schema`: the common models for those who write programs against them. Needs no store and no
// configuration.

#include <fmt/format.h>

#include "app/commands.h"
#include "charging/json_schema.h"
#include "json/json.h"

namespace contactor::app {
namespace {

int print_list(bool as_json) {
  json::array list;
  for (const auto& model : charging::models()) {
    list.push_back(json::object{
        {"name", model.name}, {"title", model.title}, {"route", model.route}, {"description", model.doc}});
    if (!as_json) fmt::print("{:<15} {}\n", model.name, model.doc);
  }
  if (as_json) fmt::print("{}\n", json::serialize(list));
  return 0;
}

std::string text_of(const charging::ModelInfo& model, std::string_view format) {
  if (format == "sqlite") return charging::sql_columns(model, charging::Dialect::sqlite);
  if (format == "postgres") return charging::sql_columns(model, charging::Dialect::postgres);
  if (format == "markdown") return charging::markdown(model);
  if (format == "openapi")
    return fmt::format("{{\"{}\": {}}}\n", charging::component_name(model), charging::json_schema(model));
  return charging::json_schema(model) + "\n";
}

}  // namespace

int run_command(const cli::Schema& schema, const cli::Options& options, const Environment&) {
  if (schema.model.empty()) return print_list(options.json);
  const auto* model = charging::find_model(schema.model);
  if (model == nullptr) {
    fmt::print(stderr, "contactor: there is no model of that name; `contactor schema --list` names them\n");
    return 2;
  }
  fmt::print("{}", text_of(*model, schema.format));
  return 0;
}

}  // namespace contactor::app

#include "api/openapi.h"

#include <fmt/format.h>

#include "json/json.h"

namespace contactor::api {
namespace {

json::object reference(std::string_view schema) {
  return {{"$ref", fmt::format("#/components/schemas/{}", schema)}};
}

json::object content(std::string_view type, std::string_view schema) {
  json::object out;
  out[type] = json::object{{"schema", schema.empty() ? json::object{{"type", "string"}} : reference(schema)}};
  return out;
}

json::object problem_response(std::string_view words) {
  return {{"description", words}, {"content", content("application/problem+json", "Problem")}};
}

json::object parameter(std::string_view in, std::string_view name, bool required) {
  return {{"name", name}, {"in", in}, {"required", required}, {"schema", json::object{{"type", "string"}}}};
}

json::array parameters_of(const Route& route) {
  json::array out;
  for (std::string_view rest = route.pattern; rest.contains('{');) {
    const auto first = rest.find('{') + 1;
    const auto last = rest.find('}');
    out.push_back(parameter("path", rest.substr(first, last - first), true));
    rest.remove_prefix(last + 1);
  }
  if (route.pattern.ends_with('*')) out.push_back(parameter("path", "path", true));
  for (const auto name : route.query) out.push_back(parameter("query", name, false));
  if (route.needs_key) {
    json::object key = parameter("header", "Idempotency-Key", true);
    key["schema"] = json::object{{"type", "string"}, {"minLength", 1}, {"maxLength", 255}};
    out.push_back(std::move(key));
  }
  return out;
}

json::object responses_of(const Route& route) {
  json::object out;
  json::object success{{"description", route.success == 204 ? "Done." : "The answer."}};
  if (route.success != 204) success["content"] = content(route.produces, route.response_schema);
  out[std::to_string(route.success)] = std::move(success);
  // An order that is on record already is answered with what it became.
  if (route.needs_key || route.body == BodyRule::records)
    out["200"] = json::object{{"description", "It was on record."},
                              {"content", content(route.produces, route.response_schema)}};
  const auto may = [&](std::string_view status, std::string_view words) {
    out[status] = problem_response(words);
  };
  if (!route.policy.is_open()) {
    may("401", "No usable access token.");
    may("403", "The role may not do this.");
  }
  if (route.body == BodyRule::sealed) may("401", "The signature is missing, wrong or old.");
  if (route.pattern.contains('{') || route.body == BodyRule::sealed)
    may("404", "Not there, or not yours to see.");
  if (route.body != BodyRule::none) {
    may("400", "The body or the idempotency key cannot be read.");
    may("409", "The state of the thing forbids it.");
    may("413", "The body is too large.");
    may("415", "The body is of a type that is not read here.");
  }
  if (route.body != BodyRule::none || !route.query.empty())
    may("422", "Something in the request is wrong; `errors` says where.");
  may("503", "Not now; `Retry-After` says when.");
  return out;
}

json::array roles_of(const Policy& policy) {
  json::array roles;
  for (const Role role : kRoles)
    if (policy.allows(role)) roles.emplace_back(to_string(role));
  return roles;
}

/// NDJSON is told by its line.
json::object request_content(const Route& route) {
  json::object out = content("application/json", route.request_schema);
  if (route.body != BodyRule::records) return out;
  json::object many{
      {"oneOf", json::array{reference(route.request_schema),
                            json::object{{"type", "array"}, {"items", reference(route.request_schema)}}}}};
  out["application/json"] = json::object{{"schema", std::move(many)}};
  out["application/x-ndjson"] = json::object{{"schema", reference(route.request_schema)}};
  return out;
}

json::object operation(const Route& route) {
  json::object out{{"summary", route.summary}, {"tags", json::array{json::value(route.tag)}}};
  if (auto parameters = parameters_of(route); !parameters.empty()) out["parameters"] = std::move(parameters);
  if (!route.request_schema.empty())
    out["requestBody"] = json::object{{"required", route.body != BodyRule::optional_json},
                                      {"content", request_content(route)}};
  out["responses"] = responses_of(route);
  if (route.policy.is_open()) {
    out["security"] = json::array();
    out["x-contactor-open"] = route.policy.reason();
  } else {
    out["security"] = json::array{json::object{{"bearer", json::array()}}};
    out["x-contactor-roles"] = roles_of(route.policy);
  }
  return out;
}

std::string path_of(const Route& route) {
  std::string path(route.pattern);
  if (path.ends_with('*')) path.replace(path.size() - 1, 1, "{path}");
  return path;
}

std::string method_of(const Route& route) {
  std::string method(route.method);
  for (char& letter : method) letter = static_cast<char>(letter | 0x20);
  return method;
}

}  // namespace

std::string openapi_json(const std::vector<Route>& routes, std::string_view version) {
  json::object document;
  document["openapi"] = "3.1.0";
  document["info"] = json::object{
      {"title", "Contactor"},
      {"version", version},
      {"description", "Control plane for connected vehicles. Money is in minor units, times are UTC."}};
  auto& paths = document["paths"].emplace_object();
  for (const auto& route : routes) {
    auto& path = paths[path_of(route)];
    if (!path.is_object()) path.emplace_object();
    path.get_object()[method_of(route)] = operation(route);
  }
  const std::string text = schemas_json();
  auto schemas = json::parse(text);
  CTR_ASSERT(schemas);  // Text of this binary.
  document["components"] = json::object{
      {"schemas", std::move(*schemas)},
      {"securitySchemes", json::object{{"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}}}}};
  return json::serialize(document);
}

}  // namespace contactor::api

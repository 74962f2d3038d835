#include "app/charging_words.h"

#include <fmt/format.h>

#include "app/ask.h"
#include "base/id.h"
#include "json/json.h"
#include "ports/url_encoding.h"
#include "task/system_entropy.h"

namespace contactor::app {
namespace {

std::string shown(const json::object& record, std::string_view member) {
  const auto* value = record.if_contains(member);
  if (value == nullptr || value->is_null()) return "";
  return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

}  // namespace

std::string one_of(std::string_view all, const std::string& id) {
  return fmt::format("{}/{}", all, id.empty() ? "-" : ports::percent_encode(id));
}

std::string fresh_key() { return "terminal-" + encode_base32(task::SystemEntropy().next()); }

Result<int> list_records(StoreSession& session, std::string_view path,
                         std::initializer_list<std::string_view> members, bool as_json) {
  json::object all;
  auto& items = all["items"].emplace_array();
  for (std::string cursor;;) {
    CTR_TRY(page, ask_document(session, get(fmt::format("{}?limit=500&cursor={}", path,
                                                        ports::percent_encode(cursor)))));
    for (auto& item : page["items"].as_array()) items.push_back(std::move(item));
    cursor = text_at(page, "next_cursor");
    if (cursor.empty()) break;
  }
  if (as_json) {
    print_document(all);
    return 0;
  }
  for (const auto& item : items) {
    std::string line;
    for (const auto member : members) line += fmt::format("{:<24}  ", shown(item.as_object(), member));
    while (line.ends_with(' ')) line.pop_back();
    fmt::print("{}\n", line);
  }
  return 0;
}

Result<int> retire_record(StoreSession& session, std::string_view path, const std::string& id, bool as_json) {
  auto request = post(one_of(path, id), json::object{{"active", false}});
  request.method = "PATCH";
  CTR_TRY(done, ask_document(session, std::move(request)));
  if (as_json)
    print_document(done);
  else
    fmt::print("{} is used no more\n", id);
  return 0;
}

}  // namespace contactor::app

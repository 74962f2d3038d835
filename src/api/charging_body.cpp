#include "api/charging_body.h"

#include <fmt/format.h>

#include "charging_json/lines.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr json::Limits kRecordLimits{.bytes = charging_json::Lines::kLineBytes, .depth = 32};
constexpr json::Limits kBodyLimits{.bytes = 10 << 20, .depth = 33};

Problem too_many() {
  return validation_problem({{"", fmt::format("has more than {} records: send them in parts", kRecordsMax)}});
}

void read_line(std::size_t number, std::string_view text, const OnRecord& on_record) {
  const auto record = json::parse(text, kRecordLimits);
  if (!record) return on_record(number, nullptr, "is no JSON: " + record.error().detail);
  const auto* object = record->if_object();
  on_record(number, object, object == nullptr ? "is no JSON object" : "");
}

std::expected<RecordForm, Problem> read_lines(std::string_view body, const OnRecord& on_record) {
  std::size_t count = 0;
  const auto counted = [&](std::size_t number, const std::function<void()>& read) {
    if (++count <= kRecordsMax && number > 0) read();
  };
  charging_json::Lines lines(
      [&](std::size_t number, std::string_view text) {
        counted(number, [&] { read_line(number, text, on_record); });
      },
      [&](std::size_t number) {
        counted(number, [&] {
          on_record(number, nullptr,
                    fmt::format("is longer than {} bytes", charging_json::Lines::kLineBytes));
        });
      });
  lines.feed(body);
  lines.finish();
  if (count > kRecordsMax) return std::unexpected(too_many());
  if (count == 0) return std::unexpected(malformed_body("There is no record in the body."));
  return RecordForm::lines;
}

std::expected<RecordForm, Problem> read_array(const json::array& records, const OnRecord& on_record) {
  if (records.size() > kRecordsMax) return std::unexpected(too_many());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto* object = records[i].if_object();
    on_record(i + 1, object, object == nullptr ? "is no JSON object" : "");
  }
  return RecordForm::array;
}

}  // namespace

bool is_ndjson(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  std::string type(content_type);
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl" ||
         type == "application/x-jsonlines";
}

std::expected<RecordForm, Problem> read_records(std::string_view body, bool is_lines,
                                                const OnRecord& on_record) {
  if (is_lines) return read_lines(body, on_record);
  const auto document = json::parse(body, kBodyLimits);
  if (!document) return std::unexpected(malformed_body("The body is no JSON: " + document.error().detail));
  if (const auto* records = document->if_array()) return read_array(*records, on_record);
  const auto* record = document->if_object();
  if (record == nullptr)
    return std::unexpected(validation_problem({{"", "must be an object, or an array of objects"}}));
  on_record(1, record, "");
  return RecordForm::one;
}

}  // namespace contactor::api

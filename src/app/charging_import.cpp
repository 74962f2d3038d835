#include "app/charging_import.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "app/ask.h"
#include "charging_json/codec.h"
#include "charging_json/lines.h"
#include "charging_json/row.h"
#include "fleet/csv.h"
#include "json/json.h"

namespace contactor::app {
namespace {

constexpr std::size_t kBunchLines = 2'000;
constexpr std::size_t kBunchBytes = 4 << 20;

std::string errors_of(const json::object& result) {
  std::string why;
  if (const auto* errors = json::array_at(result, "errors"))
    for (const auto& fault : *errors) {
      std::string_view member = json::string_at(fault.as_object(), "pointer").value_or("");
      if (member.starts_with('/')) member.remove_prefix(1);
      why += fmt::format("{}{}{}{}", why.empty() ? "" : "; ", member, member.empty() ? "" : " ",
                         json::string_at(fault.as_object(), "detail").value_or(""));
    }
  return why;
}

std::uint64_t count_at(const json::object& from, std::string_view name) {
  return static_cast<std::uint64_t>(json::integer_at(from, name).value_or(0));
}

/// Without what the program sets itself, so that what was exported can be taken in again.
void drop_own_members(const charging::ModelInfo& model, json::object& record) {
  for (const auto& field : model.fields)
    if (field.presence == charging::Presence::ours) record.erase(field.name);
}

const charging::ModelInfo* model_of_record(const json::object& record) {
  if (record.contains("measured_at")) return charging::find_model("stats");
  if (record.contains("started_at")) return charging::find_model("events");
  return nullptr;
}

template <class OnPiece>
Status read_pieces(std::istream& file, OnPiece on_piece) {
  std::string piece(1 << 16, '\0');
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    CTR_CHECK(on_piece(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount()))));
  }
  return {};
}

}  // namespace

Status ChargingImport::read_ndjson(std::istream& file) {
  charging_json::Lines lines(
      [this](std::size_t line, std::string_view text) { take_line(line, text); },
      [this](std::size_t line) {
        refuse(line, fmt::format("is longer than {} bytes", charging_json::Lines::kLineBytes));
      });
  CTR_CHECK(read_pieces(file, [&](std::string_view piece) {
    lines.feed(piece);
    return send_full();
  }));
  lines.finish();
  return {};
}

Status ChargingImport::read_csv(std::istream& file) {
  Status header;
  std::optional<charging_json::RowReader> rows;
  const charging::ModelInfo* model = nullptr;
  fleet::CsvRecords records(
      [&](std::size_t line, fleet::CsvRecords::Fields fields) {
        if (!header || (fields.size() == 1 && fields[0].empty())) return;
        if (rows) {
          const auto json = rows->json_of(fields);
          if (json) return take(*model, line, *json);
          return refuse(line, json.error().detail);
        }
        if (line == 1 && fields[0].starts_with("\xef\xbb\xbf")) fields[0].erase(0, 3);
        model = charging_json::model_of_header(fields);
        if (model == nullptr) {
          header = fail(ErrorKind::invalid, "charging",
                        "the header names neither a stat (provider, measured_at) nor an event (provider, "
                        "started_at)");
          return;
        }
        auto reader = charging_json::RowReader::create(*model, fields);
        if (reader)
          rows = std::move(*reader);
        else
          header = fail(std::move(reader.error()));
      },
      [&](std::size_t line, std::string_view why) { refuse(line, std::string(why)); });
  const Status whole = read_pieces(file, [&](std::string_view piece) -> Status {
    records.feed(piece);
    CTR_CHECK(header);
    return send_full();
  });
  CTR_CHECK(whole);
  records.finish();
  CTR_CHECK(header);
  if (!rows) return fail(ErrorKind::invalid, "charging", "the file has no header line");
  return {};
}

Status ChargingImport::read_ocpi(std::istream& file, charging_ocpi::Object object) {
  std::string text;
  CTR_CHECK(read_pieces(file, [&](std::string_view piece) -> Status {
    text += piece;
    if (text.size() > charging_ocpi::kListBytesMax)
      return fail(ErrorKind::invalid, "charging", "the list is larger than 16 MiB; OCPI has pages for that");
    return {};
  }));
  CTR_TRY(reading, charging_ocpi::read(object, text));
  const auto in_words = [](const charging_ocpi::Remark& remark) {
    return remark.id.empty() ? remark.what : remark.id + ": " + remark.what;
  };
  for (const auto& remark : reading.faults) refuse(remark.index + 1, in_words(remark));
  for (const auto& remark : reading.without_charging)
    told_.without_charging.push_back({remark.index + 1, in_words(remark)});
  const auto* model = charging::find_model("events");
  for (std::size_t i = 0; i < reading.events.size(); ++i) {
    CTR_TRY(record, json::parse(charging_json::encode(reading.events[i]),
                                {.bytes = charging_json::Lines::kLineBytes, .depth = 40}));
    drop_own_members(*model, record.get_object());
    take(*model, reading.indices[i] + 1, json::serialize(record));
    CTR_CHECK(send_full());
  }
  return {};
}

void ChargingImport::take_line(std::size_t line, std::string_view text) {
  auto record = json::parse(text, {.bytes = charging_json::Lines::kLineBytes, .depth = 32});
  if (!record) return refuse(line, "is no JSON: " + record.error().detail);
  if (!record->is_object()) return refuse(line, "is no JSON object");
  const auto* model = model_of_record(record->get_object());
  if (model == nullptr) return refuse(line, "is neither a stat (measured_at) nor an event (started_at)");
  drop_own_members(*model, record->get_object());
  take(*model, line, json::serialize(*record));
}

void ChargingImport::take(const charging::ModelInfo& model, std::size_t line, std::string_view json) {
  Bunch& bunch = bunches_[model.route == "stats" ? 0 : 1];
  bunch.model = &model;
  bunch.body += json;
  bunch.body += '\n';
  bunch.lines.push_back(line);
  told_.lines += 1;
}

void ChargingImport::refuse(std::size_t line, std::string why) {
  told_.lines += 1;
  told_.bad.push_back({line, std::move(why)});
}

Status ChargingImport::send_full() {
  for (Bunch& bunch : bunches_)
    if (bunch.lines.size() >= kBunchLines || bunch.body.size() >= kBunchBytes) CTR_CHECK(send(bunch));
  return {};
}

Status ChargingImport::send(Bunch& bunch) {
  const Bunch sent = std::exchange(bunch, {});
  api::Request request = post(fmt::format("/v1/charging/{}?results=problems", sent.model->route));
  request.headers.push_back({"Content-Type", "application/x-ndjson"});
  request.body = sent.body;
  CTR_TRY(answer, ask_document(session_, std::move(request)));
  told_.created += count_at(answer, "created");
  told_.updated += count_at(answer, "updated");
  told_.unchanged += count_at(answer, "unchanged");
  if (const auto* sessions = json::object_at(answer, "sessions")) {
    told_.sessions_created += count_at(*sessions, "created");
    told_.sessions_updated += count_at(*sessions, "updated");
    told_.sessions_withdrawn += count_at(*sessions, "withdrawn");
  }
  if (const auto* results = json::array_at(answer, "results"))
    for (const auto& value : *results) {
      const json::object& result = value.as_object();
      const std::size_t at = count_at(result, "line") - 1;
      if (at >= sent.lines.size())
        return fail(ErrorKind::protocol, "api", "the answer names no line of ours");
      if (text_at(result, "outcome") == "refused")
        told_.bad.push_back({sent.lines[at], errors_of(result)});
      else
        told_.quarantined.push_back({sent.lines[at], std::string(text_at(result, "why"))});
    }
  tell_progress();
  return {};
}

void ChargingImport::tell_progress() {
  if (isatty(STDERR_FILENO) == 1)
    fmt::print(stderr, "\r{} lines, {} not taken", told_.lines, told_.bad.size());
}

Result<ChargingImported> ChargingImport::finish() {
  for (Bunch& bunch : bunches_)
    while (!bunch.lines.empty()) CTR_CHECK(send(bunch));
  if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\x1b[K");
  std::ranges::sort(told_.bad, {}, &ToldLine::line);
  std::ranges::sort(told_.quarantined, {}, &ToldLine::line);
  return std::move(told_);
}

}  // namespace contactor::app

#include "charging_json/row.h"

#include <algorithm>

#include "charging_json/write_value.h"
#include "json/json.h"

namespace contactor::charging_json {
namespace {

using charging::FieldInfo;
using charging::Kind;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(trimmed(text));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

std::unexpected<Error> bad(std::string what) { return fail(ErrorKind::invalid, "charging", std::move(what)); }

void write_words(std::string& out, std::string_view words) {
  out += '[';
  while (!words.empty()) {
    const auto end = words.find(' ');
    if (const auto word = words.substr(0, end); !word.empty()) {
      if (out.back() != '[') out += ',';
      write_text(out, word);
    }
    words = end == std::string_view::npos ? std::string_view() : words.substr(end + 1);
  }
  out += ']';
}

Status write_cell(std::string& out, const FieldInfo& field, std::string_view cell) {
  if (field.kind == Kind::flag) {
    const std::string flag = lower(cell);
    if (flag != "true" && flag != "false") return bad(std::string(field.name) + " must be true or false");
    out += flag;
  } else if (field.kind == Kind::choices) {
    write_words(out, cell);
  } else if (field.kind == Kind::object) {
    const auto object = json::parse(cell);
    if (!object || !object->is_object()) return bad(std::string(field.name) + " is no JSON object");
    out += json::serialize(*object);
  } else {
    write_text(out, cell);
  }
  return {};
}

}  // namespace

Result<RowReader> RowReader::create(const charging::ModelInfo& model,
                                    const std::vector<std::string>& header) {
  RowReader reader;
  for (const auto& cell : header) {
    const std::string name = lower(cell);
    const auto field = std::ranges::find(model.fields, std::string_view(name), &FieldInfo::name);
    if (field == model.fields.end() || field->presence == charging::Presence::hidden)
      return bad("the column " + json::shortened(cell, 64) + " is no member of " + std::string(model.title));
    if (std::ranges::find(reader.columns_, &*field) != reader.columns_.end())
      return bad("the column " + name + " stands twice");
    reader.columns_.push_back(field->presence == charging::Presence::ours ? nullptr : &*field);
  }
  return reader;
}

Result<std::string> RowReader::json_of(const std::vector<std::string>& cells) const {
  if (cells.size() > columns_.size()) return bad("has more cells than the header has columns");
  std::string out = "{";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view cell = trimmed(cells[i]);
    if (columns_[i] == nullptr || cell.empty()) continue;
    if (out.size() > 1) out += ',';
    write_text(out, columns_[i]->name);
    out += ':';
    CTR_CHECK(write_cell(out, *columns_[i], cell));
  }
  return out + '}';
}

const charging::ModelInfo* model_of_header(const std::vector<std::string>& header) {
  std::vector<std::string> names;
  for (const auto& cell : header) names.push_back(lower(cell));
  for (const std::string_view route : {"stats", "events"}) {
    const auto* model = charging::find_model(route);
    const bool has_all = std::ranges::all_of(model->fields, [&](const FieldInfo& field) {
      return field.presence != charging::Presence::required ||
             std::ranges::find(names, field.name) != names.end();
    });
    if (has_all) return model;
  }
  return nullptr;
}

}  // namespace contactor::charging_json

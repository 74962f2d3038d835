// The file of a plan, for `less`, `grep` and `awk`:
//
//   contactor-plan	1	pln_7	2026-11-21T06:38:14.000Z	tesla,kia	as_wanted=41
//   VF3…	activate	stellantis	requested	inactive	5e2f0c7a11d09b34
//   end	1	0a1b2c3d4e5f6071

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "fleet/hash.h"
#include "fleet/plan.h"

namespace contactor::fleet {
namespace {

constexpr std::string_view kMark = "contactor-plan";
constexpr std::string_view kCount = "as_wanted=";
constexpr std::size_t kColumns = 6;
constexpr std::size_t kLineBytes = 256;
constexpr std::size_t kIdBytes = 64;
constexpr std::size_t kPieceBytes = 64UL * 1024;

using Columns = std::array<std::string_view, kColumns>;

// ---- writing
// --------------------------------------------------------------------------------------------------------

std::string_view name_of(const std::optional<Oem>& oem) { return oem ? to_string(*oem) : "-"; }

std::string header(const Plan& plan) {
  std::string oems;
  for (const Oem oem : plan.oems) oems += fmt::format("{}{}", oems.empty() ? "" : ",", to_string(oem));
  return fmt::format("{}\t1\t{}\t{}\t{}\t{}{}\n", kMark, plan.id, to_rfc3339(plan.made_at),
                     oems.empty() ? "-" : oems, kCount, plan.as_wanted);
}

void append(std::string& text, const PlanItem& item) {
  fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}\t{}\t{:016x}\n", item.vin.str(),
                 to_string(item.action), name_of(item.oem), name_of(item.why), to_string(item.observed),
                 item.basis);
}

// ---- reading
// --------------------------------------------------------------------------------------------------------

std::unexpected<Error> wrong(std::size_t line, std::string_view what) {
  return fail(ErrorKind::invalid, "plan", fmt::format("line {}: {}", line, what));
}

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Sixteen digits as they are written. Nothing in a plan has a second spelling: one plan is one file.
std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  const auto value = number<std::uint64_t>(text, 16);
  return value && fmt::format("{:016x}", *value) == text ? value : std::nullopt;
}

/// The columns of one line; nothing where there are more or fewer.
std::optional<Columns> columns_of(std::string_view line) {
  Columns columns;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto tab = line.find('\t');
    if ((tab == std::string_view::npos) != (i + 1 == kColumns)) return std::nullopt;
    columns[i] = line.substr(0, tab);
    line.remove_prefix(std::min(line.size(), columns[i].size() + 1));
  }
  return columns;
}

std::optional<std::vector<Oem>> oems_of(std::string_view text) {
  std::vector<Oem> oems;
  if (text == "-") return oems;
  while (oems.size() < oem_count) {
    const auto comma = text.find(',');
    const auto oem = parse_oem(text.substr(0, comma));
    if (!oem || to_string(*oem) != text.substr(0, comma)) return std::nullopt;
    oems.push_back(*oem);
    if (comma == std::string_view::npos) return oems;
    text.remove_prefix(comma + 1);
  }
  return std::nullopt;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::optional<Plan> header_of(std::string_view line) {
  const auto columns = columns_of(line);
  if (!columns || (*columns)[0] != kMark || (*columns)[1] != "1" || !is_id((*columns)[2]))
    return std::nullopt;
  const auto made_at = parse_rfc3339((*columns)[3]);
  auto oems = oems_of((*columns)[4]);
  if (!made_at || to_rfc3339(*made_at) != (*columns)[3] || !oems || !(*columns)[5].starts_with(kCount))
    return std::nullopt;
  const auto as_wanted = number<std::uint64_t>((*columns)[5].substr(kCount.size()));
  if (!as_wanted || (*columns)[5] != fmt::format("{}{}", kCount, *as_wanted)) return std::nullopt;
  Plan plan;
  plan.id = (*columns)[2];
  plan.made_at = *made_at;
  plan.oems = std::move(*oems);
  plan.as_wanted = *as_wanted;
  return plan;
}

std::optional<PlanItem> item_of(std::string_view line) {
  const auto columns = columns_of(line);
  if (!columns) return std::nullopt;
  const auto& [vin_text, action_text, oem_text, why_text, observed_text, basis_text] = *columns;
  const auto vin = Vin::parse(vin_text);
  const auto action = parse_action(action_text);
  const auto oem = parse_oem(oem_text);
  const auto why = parse_why(why_text);
  const auto observed = parse_standing(observed_text);
  const auto basis = hexadecimal(basis_text);
  if (!vin || vin->str() != vin_text || !action || !why || !observed || !basis) return std::nullopt;
  if (name_of(oem) != oem_text) return std::nullopt;
  return PlanItem{
      .vin = *vin, .action = *action, .oem = oem, .why = *why, .observed = *observed, .basis = *basis};
}

/// One line after the other, each of a bounded length.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  /// Nothing at the end, and where a line is too long or has no end.
  std::optional<std::string_view> next() {
    const auto end = text_.substr(0, kLineBytes).find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    ++number_;
    return line;
  }
  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
  std::size_t number_ = 0;
};

std::string last_line(std::size_t items, const Hash& hash) {
  return fmt::format("end\t{}\t{:016x}", items, hash.value());
}

}  // namespace

void write_file(const Plan& plan, const std::function<void(std::string_view)>& write) {
  Hash hash;
  std::string piece = header(plan);
  const auto flush = [&] {
    hash.add(piece);
    write(piece);
    piece.clear();
  };
  for (const PlanItem& item : plan.items) {
    append(piece, item);
    if (piece.size() >= kPieceBytes) flush();
  }
  flush();
  write(last_line(plan.items.size(), hash) + "\n");
}

std::string to_file(const Plan& plan) {
  std::string text;
  write_file(plan, [&](std::string_view piece) { text += piece; });
  return text;
}

Result<Plan> from_file(std::string_view text) {
  Lines lines(text);
  Hash hash;
  const auto first = lines.next();
  auto plan = first ? header_of(*first) : std::nullopt;
  if (!plan) return wrong(1, "this is no plan, or one of another version");
  hash.add(*first).add("\n");
  for (auto line = lines.next(); line; line = lines.next()) {
    if (line->starts_with("end\t")) {
      if (*line != last_line(plan->items.size(), hash) || !lines.at_end())
        return wrong(lines.number(), "the plan was changed after it was made");
      return std::move(*plan);
    }
    const auto item = item_of(*line);
    if (!item) return wrong(lines.number(), "no vehicle of a plan");
    if (!plan->items.empty() && plan->items.back().vin >= item->vin)
      return wrong(lines.number(), "the vehicles are not in the order of their VINs");
    if (plan->items.size() == kPlanItemsMax) return wrong(lines.number(), "too many vehicles");
    plan->items.push_back(*item);
    hash.add(*line).add("\n");
  }
  return wrong(lines.number() + 1, "the plan is cut off");
}

}  // namespace contactor::fleet

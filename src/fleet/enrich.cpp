#include "fleet/enrich.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "fleet/words.h"
#include "vin/makes.h"

namespace contactor::fleet {
namespace {

using Words = std::vector<std::string>;
using Candidates = std::vector<const VehicleModel*>;

bool has_digit(const std::string& word) {
  return std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
}
bool has_word(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += word;
  return text;
}

/// Different spellings of a make are one make; of makes that no table knows, the spelling counts.
bool is_same_make(std::string_view a, std::string_view b) {
  const Make* first = find_make(a);
  const Make* second = find_make(b);
  return first == nullptr && second == nullptr ? words_of(a) == words_of(b) : first == second;
}

// ---- names
// ----------------------------------------------------------------------------------------------------------

/// Families whose makers write all kinds of words around the one that counts.
constexpr std::string_view kFamilies[] = {"zoe", "scenic", "megane", "twingo", "kangoo"};

/// A name's words where two spellings meet: the family alone, and without the `e` that says "electric" before
/// a number.
Words name_words(std::string_view name) {
  Words words = words_of(name);
  for (const std::string_view family : kFamilies)
    if (has_word(words, family)) return {std::string(family)};
  if (words.size() > 1 && words[0] == "e" && has_digit(words[1])) words.erase(words.begin());
  if (!words.empty() && words[0].size() > 1 && words[0][0] == 'e' &&
      words[0].find_first_not_of("0123456789", 1) == std::string::npos)
    words[0].erase(0, 1);
  return words;
}

/// Does the maker's longer name begin with the one on record? Further words may follow, but no number: an
/// Ioniq 5 is no Ioniq.
bool begins_with(const Words& longer, const Words& name) {
  if (name.empty() || name.size() >= longer.size()) return false;
  return std::equal(name.begin(), name.end(), longer.begin()) &&
         std::none_of(longer.begin() + static_cast<std::ptrdiff_t>(name.size()), longer.end(), has_digit);
}

Candidates of_name(const Candidates& models, const std::string& name) {
  const Words wanted = name_words(name);
  const std::string text = joined(wanted);
  Candidates same;
  Candidates longest;
  std::size_t length = 0;
  if (text.empty()) return same;
  for (const VehicleModel* model : models) {
    const Words words = name_words(model->name);
    if (joined(words) == text) same.push_back(model);
    if (!begins_with(wanted, words) || words.size() < length) continue;
    if (words.size() > length) longest.clear();
    length = words.size();
    longest.push_back(model);
  }
  return same.empty() ? longest : same;
}

// ---- what tells the versions of a model apart
// -----------------------------------------------------------------------

/// Those that fit; where nothing on record says anything about it, all of them.
enum class Fit : std::uint8_t { no, silent, yes };
Candidates fitting(const Candidates& models, const std::function<Fit(const VehicleModel&)>& fit) {
  Candidates sure;
  Candidates possible;
  for (const VehicleModel* model : models) {
    const Fit found = fit(*model);
    if (found == Fit::yes) sure.push_back(model);
    if (found == Fit::silent) possible.push_back(model);
  }
  return sure.empty() ? possible : sure;
}

/// Makers tell gross or net, rounded or not.
constexpr std::int64_t kCapacityTolerancePercent = 5;

Fit capacity_fit(const VehicleModel& model, std::int64_t wanted) {
  if (!model.battery_capacity_wh) return Fit::silent;
  const std::int64_t difference = *model.battery_capacity_wh > wanted ? *model.battery_capacity_wh - wanted
                                                                      : wanted - *model.battery_capacity_wh;
  return difference <= wanted / 100 * kCapacityTolerancePercent ? Fit::yes : Fit::no;
}

Fit sale_fit(const VehicleModel& model, Day registered) {
  if (!model.sold_from && !model.sold_until) return Fit::silent;
  const bool is_inside = (!model.sold_from || *model.sold_from <= registered) &&
                         (!model.sold_until || registered <= *model.sold_until);
  return is_inside ? Fit::yes : Fit::no;
}

/// A Zoe's motor and battery: `r110` and `ze50`, in any order and spelling.
struct ZoeType {
  std::string motor;
  std::string battery;
};

ZoeType zoe_type(std::string_view text) {
  const Words words = words_of(text);
  const std::string all = joined(words);
  ZoeType type;
  for (const std::string& word : words)
    if (word.size() > 1 && (word[0] == 'r' || word[0] == 'q') &&
        word.find_first_not_of("0123456789", 1) == std::string::npos)
      type.motor = word;
  for (const std::string_view battery : {"ze40", "ze50"})
    if (all.find(battery) != std::string::npos) type.battery = battery;
  return type;
}

Fit part_fit(const std::string& wanted, const std::string& found) {
  if (wanted.empty() || found.empty()) return Fit::silent;
  return wanted == found ? Fit::yes : Fit::no;
}

Fit zoe_fit(const VehicleModel& model, const ZoeType& wanted) {
  const ZoeType found = zoe_type(model.type + " " + model.version);
  const Fit motor = part_fit(wanted.motor, found.motor);
  const Fit battery = part_fit(wanted.battery, found.battery);
  if (motor == Fit::no || battery == Fit::no) return Fit::no;
  // Both motors came with both batteries, so one of them alone says nothing where the other is known.
  const bool is_sure =
      (wanted.motor.empty() || motor == Fit::yes) && (wanted.battery.empty() || battery == Fit::yes);
  return is_sure ? Fit::yes : Fit::silent;
}

bool is_part_of(const Words& part, const Words& whole) {
  return std::ranges::all_of(part, [&](const std::string& word) { return has_word(whole, word); });
}

Fit type_fit(const VehicleModel& model, const Words& wanted) {
  const Words found = words_of(model.type);
  if (found.empty()) return Fit::silent;
  return is_part_of(found, wanted) || is_part_of(wanted, found) ? Fit::yes : Fit::no;
}

Candidates exactly_of_type(const Candidates& models, const Words& wanted) {
  Candidates exact;
  for (const VehicleModel* model : models)
    if (words_of(model->type) == wanted) exact.push_back(model);
  return exact.empty() ? models : exact;
}

Candidates of_type(const Candidates& models, const ModelFacts& facts) {
  if (has_word(name_words(facts.name), "zoe")) {
    const ZoeType wanted = zoe_type(facts.type + " " + facts.version);
    if (wanted.motor.empty() && wanted.battery.empty()) return models;
    return fitting(models, [&](const VehicleModel& model) { return zoe_fit(model, wanted); });
  }
  const Words wanted = words_of(facts.type);
  if (wanted.empty()) return models;
  return exactly_of_type(fitting(models, [&](const VehicleModel& model) { return type_fit(model, wanted); }),
                         wanted);
}

/// One row, or several with one battery: then the choice does not matter.
const VehicleModel* only_battery(const Candidates& models) {
  if (models.empty()) return nullptr;
  const VehicleModel* first = *std::ranges::min_element(models, {}, &VehicleModel::id);
  if (models.size() == 1) return first;
  const bool is_one_battery =
      first->battery_capacity_wh && std::ranges::all_of(models, [&](const VehicleModel* model) {
        return model->battery_capacity_wh == first->battery_capacity_wh;
      });
  return is_one_battery ? first : nullptr;
}

Candidates of_version(const Candidates& models, const std::string& version) {
  Candidates same;
  const Words wanted = words_of(version);
  for (const VehicleModel* model : models)
    if (!wanted.empty() && words_of(model->version) == wanted) same.push_back(model);
  return same;
}

}  // namespace

const VehicleModel* match_model(const std::vector<VehicleModel>& models, std::string_view make,
                                const ModelFacts& facts) {
  Candidates left;
  for (const VehicleModel& model : models)
    if (is_same_make(model.make, make)) left.push_back(&model);
  const Candidates exact = of_version(left, facts.version);
  // An option code names one model: what else is alike is another car.
  if (!exact.empty() || (!facts.version.empty() && is_same_make(make, "tesla"))) return only_battery(exact);
  left = of_type(of_name(left, facts.name), facts);
  if (facts.battery_capacity_wh)
    left = fitting(
        left, [&](const VehicleModel& model) { return capacity_fit(model, *facts.battery_capacity_wh); });
  if (facts.first_registration)
    left =
        fitting(left, [&](const VehicleModel& model) { return sale_fit(model, *facts.first_registration); });
  return only_battery(left);
}

std::string_view tesla_model_name(std::string_view vin) {
  constexpr std::pair<char, std::string_view> kNames[] = {
      {'3', "model 3"},  {'S', "model s"},    {'X', "model x"},   {'Y', "model y"},
      {'R', "roadster"}, {'T', "tesla semi"}, {'C', "cybertruck"}};
  if (vin.size() < 4) return {};
  for (const auto& [letter, name] : kNames)
    if (vin[3] == letter) return name;
  return {};
}

}  // namespace contactor::fleet

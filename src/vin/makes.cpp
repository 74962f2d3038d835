// Identifiers are those of the public register of world manufacturer identifiers (ISO 3780), for the makes of
// the brief and for those that stand beside them in mixed fleets. Which cloud serves a make is our own
// choice: `oem`.

#include "vin/makes.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace contactor {
namespace {

constexpr bool kTellsYear = true;

constexpr Make kMakes[] = {
    {"tesla", "tesla", kTellsYear, "5YJ 7SA 7G2 LRW SFZ XP7"},
    {"bmw", "bmw", false, "3MF 3MW 4US 5UM 5UX 5YM ABM LBV MMF WB1 WB3 WB4 WB5 WBA WBS WBX WBY"},
    {"mini", "bmw", false, "PM1 TW7 TX5 WMW WMZ"},
    {"renault", "renault", false,
     "1AM 1XM ADR KNM MEE NM1 VF1 VF2 VF6 VFA VG6 VG7 VG8 VMK VNV VS5 VSY VYS X7L Y9Z"},
    {"dacia", "renault", false, "UU1"},
    {"nissan", "renault", false,
     "1N4 1N6 3N1 3N8 4N2 5BZ 5Z6 6F4 ADN JN1 JN3 JN6 JN8 JNA JNC JNE JPC LJN MBH MDH MNT PN8 SJN VSK VWA "
     "Z8N"},
    {"peugeot", "stellantis", false, "PNA VF3 VGA VR3 VS8"},
    {"citroën", "stellantis", false, "MZZ TW6 VF7 VL4 VR7 VS7"},
    {"opel", "stellantis", kTellsYear, "1G0 4GD VN1 VSX VXE VXK W0L W0V"},
    {"fiat", "stellantis", false, "3C3 3E4 AFZ BRY JC1 LNP MAH MCA SUF VXF VYF ZFA ZFB ZFC"},
    {"ds automobiles", "stellantis", false, "VR1"},
    {"volkswagen", "volkswagen", kTellsYear,
     "1V1 1V2 1VW 3VV 3VW AAV HVW LFV LSV MEX PPV VWV WV1 WV2 WV3 WV4 WV5 WVG WVW XW8 YBW"},
    {"audi", "volkswagen", kTellsYear, "AAA TRU WA1 WAC WAU WUA"},
    {"seat", "volkswagen", kTellsYear, "VSS"},
    {"cupra", "volkswagen", kTellsYear, ""},
    {"skoda", "volkswagen", kTellsYear, "NAD TMB TMP Y6U"},
    {"kia", "kia", kTellsYear, "5XX KNA KNC KND KNE KNF KNG KNJ LJD MZB PRX U5Y U6Y XWE"},
    {"mercedes-benz", "hm", false,
     "1MB 4JG 55S ADB BR1 MBR MHL NLE NMB RLM VSA W1K W1N W1T W1V W1W W1X W1Y W1Z WD3 WD4 WDA WDB WDC WDD "
     "WDF WDZ Z9M"},
    {"ford", "hm", false,
     "1F1 1F6 1FA 1FB 1FC 1FD 1FM 1FT 3FA 3FC 3FE 3FM 3FN 3FR 3FT 6F1 6FP AFA JC0 JC2 LFA LJX LXW MAJ MNA "
     "MNB MNC MPB "
     "NM0 PE1 PR8 PV3 RHA RL0 TW2 UN1 VS6 WF0 X9F XLC Y4F Z6F"},
    {"volvo", "hm", kTellsYear,
     "3CE 4V3 4V4 4V5 4V6 4VA 4VE 4VG 4VH 4VM 7JR LVY LYV MC2 PNV SCV SLV X9P XLB YB1 YB2 YB3 YV1 YV2 YV3 "
     "YV4 YV5"},
    // Known, and served by no cloud of ours until configuration says otherwise.
    {"smart", "", false, "HES R4N W1A WME"},
    {"vauxhall", "", kTellsYear, "SKA"},
    {"porsche", "", kTellsYear, "WP0 WP1"},
    {"polestar", "", kTellsYear, "LPS YSM"},
    {"hyundai", "", kTellsYear, "5NM 5NP KMH KM8 MAL NLH TMA"},
    {"jeep", "", false, "1C4 1J4 1J8 ZAC"},
    {"alfa romeo", "", false, "ZAR ZAS"},
    {"lancia", "", false, "ZLA"},
    {"abarth", "", false, ""},
    {"toyota", "", false, "2T1 2T3 4T1 4T3 5TD JTD JTE JTH JTM JTN NMT SB1 VNK YAR"},
    {"honda", "", false, "1HG 2HG 5FN JHL JHM SHH SHS"},
    {"mazda", "", false, "JM1 JM3 JMZ"},
    {"subaru", "", false, "4S3 4S4 JF1 JF2"},
    {"suzuki", "", false, "JSA TSM"},
    {"mitsubishi", "", false, "JA3 JA4 JMB XMC"},
    {"jaguar", "", kTellsYear, "SAD SAJ"},
    {"land rover", "", kTellsYear, "SAL"},
    {"lotus", "", kTellsYear, "SCC"},
    {"mg", "", false, "LSJ SDP"},
    {"byd", "", false, "LC0 LGX"},
    {"rivian", "", kTellsYear, "7FC 7PD"},
    {"lucid", "", kTellsYear, "50E"},
    {"chevrolet", "", kTellsYear, "1G1 1GC 1GN 3GN KL1"},
    {"koenigsegg", "", false, ""},
    {"spyker", "", false, ""},
};

const Make* named(std::string_view name) { return std::ranges::find(kMakes, name, &Make::name); }

/// Base 36, the digits first: VINs are upper case when they arrive here.
constexpr std::size_t value_of(char c) {
  return c <= '9' ? static_cast<std::size_t>(c - '0') : static_cast<std::size_t>(c - 'A') + 10;
}
constexpr std::size_t index_of(std::string_view maker) {
  return (value_of(maker[0]) * 36 + value_of(maker[1])) * 36 + value_of(maker[2]);
}

constexpr std::uint8_t kUnknown = 0xff;
static_assert(std::size(kMakes) < kUnknown);

using Index = std::array<std::uint8_t, 36UL * 36 * 36>;

Index make_index() {
  Index index;
  index.fill(kUnknown);
  for (std::size_t make = 0; make < std::size(kMakes); ++make)
    for (std::string_view makers = kMakes[make].makers; makers.size() >= 3;
         makers.remove_prefix(std::min<std::size_t>(4, makers.size())))
      index[index_of(makers)] = static_cast<std::uint8_t>(make);
  return index;
}
const Index kIndex = make_index();

/// Makers of fewer than a thousand vehicles a year share an identifier that ends in 9; positions 12 to 14
/// tell them apart.
struct SmallMaker {
  std::string_view maker;
  std::string_view code;
  std::string_view make;
};
constexpr SmallMaker kSmallMakers[] = {{"YT9", "007", "koenigsegg"}, {"XL9", "363", "spyker"}};

/// SEAT builds its own cars and Cupra's under one identifier: the model at positions 7 and 8 tells them
/// apart. Models that exist under both names count as SEAT's.
constexpr std::string_view kCupraModels[] = {"K1", "KM", "KP", "KR"};

struct OtherName {
  std::string_view folded;
  std::string_view make;
};
constexpr OtherName kOtherNames[] = {
    {"ds", "ds automobiles"},
    {"mercedes", "mercedes-benz"},
    {"mercedesbenz", "mercedes-benz"},
    {"mercedeseq", "mercedes-benz"},
    {"volvocars", "volvo"},
    {"vw", "volkswagen"},
    {"alfa", "alfa romeo"},
    {"mgmotor", "mg"},
    {"teslamotors", "tesla"},
    {"bmwi", "bmw"},
    {"kiamotors", "kia"},
    {"fordmotor", "ford"},
};

/// Lower case without accents, blanks, hyphens, dots. Two-byte UTF-8 letters of the makes' names lose their
/// accent.
std::string folded(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c >= 'A' && c <= 'Z') text += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) text += c;
    const std::string_view letter = name.substr(i, 2);
    if (letter == "ë" || letter == "Ë" || letter == "é" || letter == "É") text += 'e';
    if (letter == "š" || letter == "Š") text += 's';
  }
  return text;
}

struct Country {
  std::string_view first, last;  ///< of the first two characters; letters come before digits, 0 after 9
  std::string_view code;
};
constexpr Country kCountries[] = {
    {"AA", "AH", "ZA"}, {"BF", "BK", "KE"}, {"JA", "J0", "JP"}, {"KA", "KE", "LK"}, {"KF", "KK", "IL"},
    {"KL", "KR", "KR"}, {"LA", "L0", "CN"}, {"MA", "ME", "IN"}, {"MF", "MK", "ID"}, {"ML", "MR", "TH"},
    {"MZ", "MZ", "IN"}, {"NF", "NK", "PK"}, {"NL", "NR", "TR"}, {"PA", "PE", "PH"}, {"PF", "PK", "SG"},
    {"PL", "PR", "MY"}, {"RA", "RE", "AE"}, {"RF", "RK", "TW"}, {"RL", "RR", "VN"}, {"SA", "SM", "GB"},
    {"SN", "ST", "DE"}, {"SU", "SZ", "PL"}, {"TA", "TH", "CH"}, {"TJ", "TP", "CZ"}, {"TR", "TV", "HU"},
    {"TW", "T1", "PT"}, {"UH", "UM", "DK"}, {"UN", "UT", "IE"}, {"UU", "UZ", "RO"}, {"U5", "U7", "SK"},
    {"VA", "VE", "AT"}, {"VF", "VR", "FR"}, {"VS", "VW", "ES"}, {"V3", "V5", "HR"}, {"V6", "V0", "EE"},
    {"WA", "W0", "DE"}, {"XA", "XE", "BG"}, {"XF", "XK", "GR"}, {"XL", "XR", "NL"}, {"XS", "XW", "RU"},
    {"XX", "X2", "LU"}, {"X3", "X0", "RU"}, {"YA", "YE", "BE"}, {"YF", "YK", "FI"}, {"YS", "YW", "SE"},
    {"YX", "Y2", "MT"}, {"Y3", "Y5", "BY"}, {"Y6", "Y0", "UA"}, {"ZA", "ZU", "IT"}, {"ZX", "Z2", "SI"},
    {"Z3", "Z5", "LT"}, {"Z6", "Z0", "RU"}, {"1A", "10", "US"}, {"2A", "25", "CA"}, {"3A", "3X", "MX"},
    {"4A", "40", "US"}, {"5A", "50", "US"}, {"6A", "6X", "AU"}, {"7A", "7E", "NZ"}, {"7F", "70", "US"},
    {"8A", "8E", "AR"}, {"8F", "8K", "CL"}, {"9A", "9E", "BR"}, {"9F", "9K", "CO"}, {"93", "99", "BR"},
};

constexpr std::size_t order_of(char c) {
  if (c == '0') return 35;
  return c <= '9' ? static_cast<std::size_t>(c - '1') + 26 : static_cast<std::size_t>(c - 'A');
}

using CountryIndex = std::array<std::uint8_t, 36UL * 36>;
CountryIndex country_index() {
  CountryIndex index;
  index.fill(kUnknown);
  for (std::size_t i = 0; i < std::size(kCountries); ++i)
    for (std::size_t second = order_of(kCountries[i].first[1]); second <= order_of(kCountries[i].last[1]);
         ++second)
      index[order_of(kCountries[i].first[0]) * 36 + second] = static_cast<std::uint8_t>(i);
  return index;
}
const CountryIndex kCountryIndex = country_index();

}  // namespace

const Make* make_of(const Vin& vin) {
  const std::string_view text = vin.str();
  if (text[2] == '9') {
    const auto* small = std::ranges::find_if(kSmallMakers, [&](const SmallMaker& maker) {
      return maker.maker == text.substr(0, 3) && maker.code == text.substr(11, 3);
    });
    if (small != std::end(kSmallMakers)) return named(small->make);
  }
  const std::uint8_t found = kIndex[index_of(text)];
  if (found == kUnknown) return nullptr;
  static const Make* const seat = named("seat");
  static const Make* const cupra = named("cupra");
  const Make* make = &kMakes[found];
  if (make == seat && std::ranges::find(kCupraModels, text.substr(6, 2)) != std::end(kCupraModels))
    return cupra;
  return make;
}

const Make* find_make(std::string_view name) {
  const std::string wanted = folded(name);
  if (wanted.empty()) return nullptr;
  const auto* other = std::ranges::find(kOtherNames, wanted, &OtherName::folded);
  if (other != std::end(kOtherNames)) return named(other->make);
  const auto* make =
      std::ranges::find_if(kMakes, [&](const Make& candidate) { return folded(candidate.name) == wanted; });
  return make == std::end(kMakes) ? nullptr : make;
}

std::span<const Make> all_makes() { return kMakes; }

std::string_view country_of(const Vin& vin) {
  // Tesla's works near Berlin carries an identifier that was registered in the Netherlands.
  if (vin.str().starts_with("XP7")) return "DE";
  const std::uint8_t found = kCountryIndex[order_of(vin.str()[0]) * 36 + order_of(vin.str()[1])];
  return found == kUnknown ? std::string_view() : kCountries[found].code;
}

}  // namespace contactor

#include "charging_json/lines.h"

#include <gtest/gtest.h>

#include <vector>

#include "charging/catalogue.h"
#include "charging_json/row.h"

namespace contactor::charging_json {
namespace {

using Found = std::vector<std::pair<std::size_t, std::string>>;

Found lines_of(const std::string& text, std::size_t piece) {
  Found found;
  Lines lines([&](std::size_t number, std::string_view line) { found.emplace_back(number, line); },
              [&](std::size_t number) { found.emplace_back(number, "too long"); });
  for (std::size_t i = 0; i < text.size(); i += piece) lines.feed(std::string_view(text).substr(i, piece));
  lines.finish();
  return found;
}

TEST(Lines, AreTheSameHoweverTheTextComes) {
  const std::string text = "\xef\xbb\xbf{\"a\":1}\r\n\n  \t\n{}\n" + std::string(Lines::kLineBytes + 1, 'x') +
                           "\n" + std::string(Lines::kLineBytes, 'y') + "\r\nlast";
  const Found expected = lines_of(text, text.size());
  ASSERT_EQ(expected.size(), 5U);
  EXPECT_EQ(expected[0], std::pair(std::size_t{1}, std::string("{\"a\":1}")));
  EXPECT_EQ(expected[1], std::pair(std::size_t{4}, std::string("{}")));
  EXPECT_EQ(expected[2], std::pair(std::size_t{5}, std::string("too long")));
  EXPECT_EQ(expected[3].second.size(), Lines::kLineBytes);
  EXPECT_EQ(expected[4], std::pair(std::size_t{7}, std::string("last")));
  for (const std::size_t piece : {1UL, 2UL, 7UL, 4096UL}) EXPECT_EQ(lines_of(text, piece), expected);
}

TEST(Lines, NothingHasNone) { EXPECT_TRUE(lines_of("\n\r\n \n", 1).empty()); }

TEST(Rows, BecomeObjectsOfTheirModel) {
  const std::vector<std::string> header{"Provider", "measured_at", "charging", "telemetry",
                                        "quality",  "vin",         "id"};
  const auto* model = model_of_header(header);
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->route, "stats");
  const auto reader = RowReader::create(*model, header);
  ASSERT_TRUE(reader);
  EXPECT_EQ(*reader->json_of(
                {"t", "2026-01-01T00:00:00Z", "TRUE", R"({"a": 1})", "gap  clock_suspect", " ", "stat_1"}),
            R"({"provider":"t","measured_at":"2026-01-01T00:00:00Z","charging":true,"telemetry":{"a":1},)"
            R"("quality":["gap","clock_suspect"]})");
  EXPECT_EQ(*reader->json_of({"t"}), R"({"provider":"t"})");
  EXPECT_FALSE(reader->json_of({"t", "", "maybe"}));
  EXPECT_FALSE(reader->json_of({"t", "", "", "{"}));
  EXPECT_FALSE(reader->json_of(std::vector<std::string>(8, "x")));
}

TEST(Rows, AHeaderSaysWhatTheFileIsAbout) {
  EXPECT_EQ(model_of_header({"provider", "STARTED_AT"})->route, "events");
  EXPECT_EQ(model_of_header({"provider"}), nullptr);
  const auto& stats = *charging::find_model("stats");
  EXPECT_FALSE(RowReader::create(stats, {"provider", "measured_at", "colour"}));
  EXPECT_FALSE(RowReader::create(stats, {"provider", "measured_at", "Provider"}));
}

}  // namespace
}  // namespace contactor::charging_json

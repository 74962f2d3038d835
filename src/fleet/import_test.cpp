#include "fleet/import.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using namespace testing;

struct Read {
  std::vector<ImportedVehicle> vehicles;
  std::vector<BadLine> bad;
  Status status;
};

Read read(std::string_view text, std::size_t piece = SIZE_MAX) {
  Read result;
  CsvReader reader([&](ImportedVehicle vehicle) { result.vehicles.push_back(std::move(vehicle)); },
                   [&](BadLine line) { result.bad.push_back(std::move(line)); });
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size() - at))
    if (result.status = reader.feed(text.substr(at, piece)); !result.status) return result;
  result.status = reader.finish();
  return result;
}

constexpr std::string_view kHeader =
    "vin,fleet,activation_requested_status,activation_start_date,activation_end_date,make,model,type,"
    "comment\n";
std::string with_header(std::string_view lines) { return std::string(kHeader) + std::string(lines); }

TEST(Import, ReadsAWholeLine) {
  const Read result = read(with_header(
      "VF3ABCDEF12345678,Nord,true,2026-11-01,2026-12-01,Peugeot,e-208,GT,\"first, and \"\"best\"\"\"\n"));
  ASSERT_TRUE(result.status);
  ASSERT_EQ(result.vehicles.size(), 1U);
  const auto& [line, vin, wish] = result.vehicles[0];
  EXPECT_EQ(line, 2U);
  EXPECT_EQ(vin, a_vin());
  EXPECT_EQ(wish.fleet, "Nord");
  EXPECT_EQ(wish.requested, true);
  EXPECT_EQ(wish.start, day_of("2026-11-01"));
  EXPECT_EQ(wish.end, day_of("2026-12-01"));
  EXPECT_EQ(wish.make, "Peugeot");
  EXPECT_EQ(wish.model, "e-208");
  EXPECT_EQ(wish.type, "GT");
  EXPECT_EQ(wish.comment, "first, and \"best\"");
}

TEST(Import, ThePiecesThatAFileComesInDoNotMatter) {
  const std::string text =
      "\xef\xbb\xbfVIN;Comment\r\nvf3abcdef12345678;\"one "
      "\"\"two\"\"\"\r\n\r\nbad;x\r\nKNA00000000000002;end";
  const Read whole = read(text);
  ASSERT_EQ(whole.vehicles.size(), 2U);
  EXPECT_EQ(whole.vehicles[1].wish.comment, "end");
  ASSERT_EQ(whole.bad.size(), 1U);
  EXPECT_EQ(whole.bad[0].line, 4U);
  for (std::size_t piece = 1; piece < 9; ++piece) {
    const Read result = read(text, piece);
    EXPECT_TRUE(result.status);
    ASSERT_EQ(result.vehicles.size(), 2U) << piece;
    EXPECT_EQ(result.vehicles[0].wish, whole.vehicles[0].wish);
    EXPECT_EQ(result.vehicles[1].line, 5U);
    EXPECT_EQ(result.bad.size(), 1U);
  }
}

TEST(Import, EachSpellingOfYesAndNoIsRead) {
  const std::pair<const char*, std::optional<bool>> rows[] = {
      {"true", true},   {"YES", true}, {"1", true},  {"ja", true},    {"Oui", true},  {"on", true},
      {"false", false}, {"No", false}, {"0", false}, {"nein", false}, {"non", false}, {"", std::nullopt}};
  for (const auto& [text, flag] : rows) {
    const Read result = read(with_header(std::string("VF3ABCDEF12345678,,") + text + ",,,,,,\n"));
    ASSERT_EQ(result.vehicles.size(), 1U) << text;
    EXPECT_EQ(result.vehicles[0].wish.requested, flag) << text;
  }
}

TEST(Import, ABadLineCostsItselfOnlyAndSaysWhy) {
  const std::pair<const char*, const char*> rows[] = {
      {"VF3,,,,,,,,", "17 characters"},
      {"VF3ABCDEF1234567O,,,,,,,,", "character 17"},
      {"VF3ABCDEF12345678,,perhaps,,,,,,", "neither true nor false"},
      {"VF3ABCDEF12345678,,true,2026-02-30,,,,,", "activation_start_date is no day"},
      {"VF3ABCDEF12345678,,true,2026-12-01,2026-11-01,,,,", "lies before"},
      {"VF3ABCDEF12345678,,true", "it has 3 columns"},
      {"VF3ABCDEF12345678,,,,,,,,,", "it has 10 columns"},
      {"VF3ABCDEF12345678,,,,,Citro\xebn,,,", "make is not plain text"},
      {"VF3ABCDEF12345678,\"a\"b,,,,,,,", "behind a closing quote"},
  };
  for (const auto& [line, why] : rows) {
    const Read result = read(with_header(std::string(line) + "\nKNA00000000000002,,,,,,,,\n"));
    ASSERT_TRUE(result.status) << line;
    ASSERT_EQ(result.bad.size(), 1U) << line;
    EXPECT_EQ(result.bad[0].line, 2U);
    EXPECT_NE(result.bad[0].why.find(why), std::string::npos) << result.bad[0].why;
    EXPECT_EQ(result.bad[0].why.find("ABCDEF12345678"), std::string::npos) << "the VIN is masked";
    ASSERT_EQ(result.vehicles.size(), 1U) << line;
    EXPECT_EQ(result.vehicles[0].line, 3U);
  }
}

TEST(Import, TextsThatAreTooLongAreBadLines) {
  const auto with = [](std::string_view fleet, std::string_view comment) {
    return read(with_header(fmt::format("VF3ABCDEF12345678,{},,,,,,,{}\n", fleet, comment)));
  };
  EXPECT_EQ(with(std::string(100, 'f'), std::string(255, 'c')).vehicles.size(), 1U);
  EXPECT_EQ(with(std::string(101, 'f'), "").bad.size(), 1U);
  EXPECT_EQ(with("", std::string(256, 'c')).bad.size(), 1U);
}

// RULINGS T36: a second wish for the same vehicle needs a decision.
TEST(Import, AVinThatComesTwiceCountsOnceOrIsABadLine) {
  const Read same = read(with_header("VF3ABCDEF12345678,A,true,,,,,,\nvf3abcdef12345678 ,A,yes,,,,,,\n"));
  EXPECT_EQ(same.vehicles.size(), 1U);
  EXPECT_TRUE(same.bad.empty());
  const Read other = read(with_header("VF3ABCDEF12345678,A,true,,,,,,\nVF3ABCDEF12345678,B,true,,,,,,\n"));
  EXPECT_EQ(other.vehicles.size(), 1U);
  ASSERT_EQ(other.bad.size(), 1U);
  EXPECT_NE(other.bad[0].why.find("line 2"), std::string::npos);
}

TEST(Import, TheHeaderMayHaveAnyOrderAndCaseButNoOtherNames) {
  const Read result = read(" Comment , VIN \nhello,VF3ABCDEF12345678\n");
  ASSERT_EQ(result.vehicles.size(), 1U);
  EXPECT_EQ(result.vehicles[0].wish.comment, "hello");
  for (const auto& [text, why] : {std::pair("vin,colour\n", "colour"), std::pair("vin,vin\n", "twice"),
                                  std::pair("fleet\n", "vin is missing"), std::pair("", "missing"),
                                  std::pair("\xff\xfev\0i", "UTF-8"), std::pair("\"vin\n", "quote")}) {
    const Read refused = read(text);
    ASSERT_FALSE(refused.status) << text;
    EXPECT_EQ(refused.status.error().kind, ErrorKind::invalid);
    EXPECT_NE(refused.status.error().detail.find(why), std::string::npos) << refused.status.error().detail;
    EXPECT_TRUE(refused.vehicles.empty());
  }
}

TEST(Import, AQuoteMayHoldLineFeedsAndSeparators) {
  const Read result =
      read("vin;make;comment\r\nVF3ABCDEF12345678;Kia;\"A;\r\nB\"\r\nKNA00000000000002;;C\r\n");
  EXPECT_TRUE(result.bad.empty());
  ASSERT_EQ(result.vehicles.size(), 2U);
  EXPECT_EQ(result.vehicles[0].wish.comment, "A; B");
  EXPECT_EQ(result.vehicles[1].line, 4U);
  EXPECT_EQ(result.vehicles[1].wish.comment, "C");
}

TEST(Import, AQuoteThatIsNeverClosedCostsOneLine) {
  std::string text = "vin,comment\nVF3ABCDEF12345678,\"open\n";
  for (int i = 0; i < 100; ++i) text += fmt::format("KNA{:014},x\n", i);
  const Read result = read(text);
  ASSERT_EQ(result.bad.size(), 1U);
  EXPECT_EQ(result.bad[0].line, 2U);
  EXPECT_EQ(result.vehicles.size(), 100U);
  EXPECT_EQ(result.vehicles[99].line, 102U);
}

TEST(Import, ALineOfMoreThanAMegabyteCostsItselfOnly) {
  for (const std::size_t size : {1'000'000UL, 3'000'000UL}) {
    const Read result =
        read("vin,comment\nVF3ABCDEF12345678," + std::string(size, 'x') + "\nKNA00000000000002,y\n", 1000);
    ASSERT_EQ(result.bad.size(), 1U);
    EXPECT_NE(result.bad[0].why.find("1 MB"), std::string::npos);
    ASSERT_EQ(result.vehicles.size(), 1U);
    EXPECT_EQ(result.vehicles[0].line, 3U);
  }
}

}  // namespace
}  // namespace contactor::fleet

// What is JSON and what is not: the corners of RFC 8259 where parsers differ, and our own limits.

#include <gtest/gtest.h>

#include "json/json.h"

namespace contactor::json {
namespace {

using namespace std::string_literals;

// Each is one document, and what it says survives being written.
const std::vector<std::string> kAccepted{"null",
                                         "true",
                                         "false",
                                         "0",
                                         "-0",
                                         "7",
                                         "-1",
                                         "1.0",
                                         "0.5",
                                         "-0.25",
                                         "1e2",
                                         "1E2",
                                         "1e+2",
                                         "1e-2",
                                         "0e0",
                                         "0E+9",
                                         "1.5e-3",
                                         "9223372036854775807",
                                         "-9223372036854775808",
                                         "18446744073709551615",
                                         "123456789012345678901234567890",
                                         "5e-324",
                                         "1.7976931348623157e308",
                                         R"("")",
                                         R"("a")",
                                         R"("\"\\\/\b\f\n\r\t")",
                                         R"("\u0000")",
                                         R"("\u0020\u00e9")",
                                         R"("\uD83D\uDE97")",
                                         R"("\ud83d\ude97")",
                                         R"("\u2028\u2029")",
                                         "\"\x7f\"",
                                         "\"\xc3\xa9\"",
                                         "\"\xe2\x82\xac\"",
                                         "\"\xf0\x9f\x9a\x97\"",
                                         "\"\xef\xbf\xbf\"",
                                         "\"\xf4\x8f\xbf\xbf\"",
                                         "\"\xef\xbb\xbf\"",
                                         R"("//*a*/")",
                                         "[]",
                                         "[[]]",
                                         "[null,1,\"a\",{}]",
                                         "{}",
                                         R"({"":0})",
                                         R"({"a":{"a":{"a":[]}}})",
                                         R"({"\u0061b":1,"\u0062a":2})",
                                         " [] ",
                                         "\t\r\n{ }\n",
                                         "[1 , 2\n,3\t]",
                                         R"({ "a" : 1 , "b" : 2 })"};

// None of these is one document.
const std::vector<std::string> kRefused{
    // nothing, too little, too much
    "", " ", "[", "]", "{", "}", "\"", "\"a", "[1", "{\"a\"", "{\"a\":", "{\"a\":1", "[]]", "{}}", "1 2",
    "[] []", "null,", "\0"s, "null\0"s,
    // words
    "nul", "nulll", "True", "FALSE", "undefined", "NaN", "Infinity", "-Infinity", "a", "[tru]",
    // numbers
    "+1", "01", "-01", "-", "--1", ".5", "5.", "1.e1", "1e", "1e+", "0x10", "1_000", "1,5", "1e400", "-1e400",
    "0e", "- 1", "1 .5",
    // commas and colons
    "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "{,}", "{\"a\":1,}", "{\"a\" 1}", "{\"a\":1 \"b\":2}",
    "{\"a\"::1}", "{:1}", "{1:1}", "{a:1}", "{'a':1}", "['a']", "{\"a\":1;\"b\":2}", "[1}", "{\"a\":1]",
    // texts
    "\"\t\"", "\"\n\"", "\"\0\""s, "\"\x1f\"", R"("\a")", R"("\x41")", R"("\u12")", R"("\u12g4")",
    R"("\U0041")", R"("\")", R"("\'")", R"("\ud83d")", R"("\ude97")", R"("\ud83d\u0041")", R"("\ud83dx")",
    R"("\ude97\ud83d")",
    // bytes that are no UTF-8
    "\"\x80\"", "\"\xff\"", "\"\xc0\xaf\"", "\"\xe0\x80\xaf\"", "\"\xed\xa0\xbd\"", "\"\xf4\x90\x80\x80\"",
    "\"\xf8\x88\x80\x80\x80\"", "\"\xe2\x82\"", "\xef\xbb\xbf{}", "\xff\xfe[\0]\0"s, "\xc2\xa0[]",
    "\xe2\x80\xa8[]",
    // what other languages add
    "// a\n1", "/* a */1", "# a\n1", "[1]//", "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}",
    "[{\"a\":{},\"a\":{}}]", "\f1", "\v1"};

TEST(JsonSuite, WhatIsJsonIsAcceptedAndSurvivesBeingWritten) {
  for (const auto& text : kAccepted) {
    const auto document = parse(text);
    ASSERT_TRUE(document) << text << ": " << document.error().detail;
    const auto again = parse(json::serialize(*document));
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(*again, *document) << text;
  }
}

TEST(JsonSuite, WhatIsNotJsonIsRefusedWithoutAWordOfIt) {
  for (const auto& text : kRefused) {
    const auto document = parse(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().kind, ErrorKind::invalid) << text;
    EXPECT_LT(document.error().detail.size(), 100U) << text;
  }
}

TEST(JsonSuite, TextCutAnywhereIsRefused) {
  const std::string text = R"({"a":[1.5e3,-2,true,null,"\ud83d\ude97é"],"b":{"c":"d"}})";
  ASSERT_TRUE(parse(text));
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(parse(text.substr(0, size))) << size;
}

TEST(JsonSuite, DepthIsLimitedForEveryKindOfNesting) {
  for (const auto& [open, close] :
       {std::pair("[", "]"), std::pair(R"({"a":)", "}"), std::pair(R"([{"a":)", "}]")}) {
    const std::size_t levels = std::string_view(open).starts_with("[{") ? 2 : 1;
    for (const std::size_t depth : {32 / levels, 32 / levels + 1, std::size_t{100'000}}) {
      std::string text;
      for (std::size_t i = 0; i < depth; ++i) text += open;
      text += levels == 1 && *open == '[' ? "" : "1";
      for (std::size_t i = 0; i < depth; ++i) text += close;
      EXPECT_EQ(parse(text).has_value(), depth * levels <= 32) << open << " " << depth;
    }
  }
}

}  // namespace
}  // namespace contactor::json

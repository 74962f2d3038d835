#include "driven.h"

#include <cstdio>
#include <iostream>
#include <string>

#include <fmt/format.h>

namespace contactor::bench {
namespace {

void say(std::string_view line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

}  // namespace

void wait_for_start() {
  say(R"({"ready":true})");
  std::string line;
  std::getline(std::cin, line);
}

void say_begun() { say(R"({"begun":true})"); }

void say_result(const Numbers& numbers) {
  std::string line = R"({"done":true)";
  for (const auto& [name, value] : numbers)
    fmt::format_to(std::back_inserter(line), ",\"{}\":{:.6f}", name, value);
  say(line + "}");
  std::string rest;
  while (std::getline(std::cin, rest)) {
  }
}

}  // namespace contactor::bench

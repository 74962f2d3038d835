#include "vin_bench.h"

#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "driven.h"
#include "vin/decode.h"

namespace contactor::bench {
namespace {

struct Vehicle {
  std::string vin;
  std::string make;
};

std::vector<Vehicle> read_list(const std::string& path) {
  std::ifstream file(path);
  std::vector<Vehicle> vehicles;
  for (std::string line; std::getline(file, line);)
    if (line.size() > 18 && !line.starts_with('#')) vehicles.push_back({line.substr(0, 17), line.substr(18)});
  if (vehicles.empty()) {
    fmt::print(stderr, "contactor_bench: {} holds no vehicles\n", path);
    std::exit(1);
  }
  return vehicles;
}

/// Letters only, lower case, accents dropped with their letter on both sides: "Citroën" and "citroen" agree
/// in what is left of them.
std::string plain(std::string_view make) {
  std::string kept;
  for (std::size_t i = 0; i < make.size(); ++i) {
    const auto letter = static_cast<unsigned char>(make[i]);
    if (make.substr(i).starts_with("ë")) {
      kept += 'e';
      ++i;
    } else if (make.substr(i).starts_with("š") || make.substr(i).starts_with("Š")) {
      kept += 's';
      ++i;
    } else if (letter < 0x80 && std::isalpha(letter) != 0) {
      kept += static_cast<char>(std::tolower(letter));
    }
  }
  return kept;
}

bool is_right(const Vehicle& vehicle) {
  const auto vin = Vin::parse(vehicle.vin);
  return vin && plain(decode(*vin).make).starts_with(plain(vehicle.make)) && !decode(*vin).make.empty();
}

/// Texts like those that an import reads: every one parsed and decoded, with a serial number of its own.
std::vector<std::string> many(const std::vector<Vehicle>& vehicles, std::uint64_t count) {
  std::vector<std::string> texts;
  texts.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i)
    texts.push_back(fmt::format("{}{:06}", std::string_view(vehicles[i % vehicles.size()].vin).substr(0, 11),
                                i % 1'000'000));
  return texts;
}

}  // namespace

void decode_vins(const std::string& list_file, std::uint64_t count) {
  const auto vehicles = read_list(list_file);
  double right = 0;
  for (const auto& vehicle : vehicles) {
    if (is_right(vehicle))
      right += 1;
    else
      fmt::print(stderr, "{} {}: \"{}\"\n", vehicle.vin, vehicle.make,
                 Vin::parse(vehicle.vin) ? decode(*Vin::parse(vehicle.vin)).make : "no VIN");
  }
  const auto texts = many(vehicles, count);
  wait_for_start();
  say_begun();
  const auto begun = std::chrono::steady_clock::now();
  std::size_t letters = 0;  // What was decoded is used, so that it is not optimised away.
  for (const auto& text : texts)
    if (const auto vin = Vin::parse(text)) letters += decode(*vin).make.size();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  say_result({{"vins", static_cast<double>(count)},
              {"seconds", wall.count()},
              {"right", right},
              {"of", static_cast<double>(vehicles.size())},
              {"letters", static_cast<double>(letters)}});
}

}  // namespace contactor::bench

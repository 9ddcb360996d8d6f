// Writes the raw requests of the tests as files, for a fuzzer to begin with.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/net/raw_requests.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: fuzz_seeds FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder(arguments[1]);
  std::filesystem::create_directories(folder);
  int number = 0;
  const auto write = [&](const std::string& bytes) {
    std::ofstream(folder / std::to_string(++number), std::ios::binary) << bytes;
  };
  for (const auto& row : cobro::net::refused_requests())
    if (row.bytes.size() < 4096) write(row.bytes + cobro::net::kBehind);
  for (const auto& row : cobro::net::accepted_requests()) write(row.bytes + cobro::net::kBehind);
  std::cout << number << " seeds\n";
}

// Writes the bodies of the tests as files, for a fuzzer to begin with.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "gateways/reader_checks.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: fuzz_stripe_seeds FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder(arguments[1]);
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const auto& body : cobro::gateways::real_bodies())
    std::ofstream(folder / std::to_string(++number), std::ios::binary)
        << static_cast<char>(body.reader) << cobro::wire::to_text(body.json);
  std::cout << number << " seeds\n";
}

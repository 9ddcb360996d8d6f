// Any bytes as what Stripe sends: the first byte chooses the reader, the rest is the body.
#include <cstdint>

#include "base/check.h"
#include "gateways/reader_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr int kReaders = static_cast<int>(cobro::gateways::Reader::list) + 1;
  const auto reader = static_cast<cobro::gateways::Reader>(data[0] % kReaders);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto problem = cobro::gateways::problem_with(reader, body);
  COBRO_CHECK(!problem);
  return 0;
}

// What clients know of each other's orders and payments, and what they wish for next.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/ground/chance.h"

namespace cobro::sim {

struct KnownOrder {
  std::int64_t number = 0;
  std::int64_t minor = 0;
  std::string currency;
  std::string owner;
};

struct KnownPayment {
  std::int64_t number = 0;
  std::int64_t minor = 0;
  std::string currency;
  std::string owner;
  bool manual = false;  // paid elsewhere
};

// One thing a client wants, however often it must ask.
struct Wish {
  std::string who;
  std::string method;
  std::string path;
  std::string body;
  std::string tag;  // in the body: marks what it makes, for "once" to be counted; may be empty
};

class Market {
 public:
  Market(std::uint64_t seed, std::vector<std::string> people)
      : chance_(seed, "market"), people_(std::move(people)) {}

  Wish next_wish();
  // Learns of what was made.
  void learn(const Wish& wish, const std::string& answer);
  // The body of a `process` with some card.
  std::string card();

 private:
  Wish new_order();
  Wish new_payment();
  Wish process();
  Wish capture();
  Wish refund();
  Wish cancel();
  Wish record();
  Wish look();
  Wish change();
  const KnownOrder& some_order() { return recent(orders_); }
  const KnownPayment& some_payment() { return recent(payments_); }
  template <class T>
  const T& recent(const std::vector<T>& all);
  std::string tag(std::string_view what);
  std::string part_of(const KnownPayment& payment);

  Chance chance_;
  std::vector<std::string> people_;
  std::vector<KnownOrder> orders_;
  std::vector<KnownPayment> payments_;
  std::int64_t tags_ = 0;
};

// "29.90" of 2990 minor units.
std::string decimal(std::int64_t minor, const std::string& currency);

}  // namespace cobro::sim

// What a person sees after `cobro serve`.
#pragma once

#include <string>

namespace cobro {

struct BannerFacts {
  std::string url;
  std::string database;     // "SQLite, data/cobro.db", without passwords
  std::string sandbox_url;  // empty: none runs
  std::string user_token;   // empty but under a key that was made here, in development
  std::string admin_token;
};

// With tokens: also four curl lines (order, payment, process, refund) ready to paste, which
// work in this order on a fresh database.
std::string banner(const BannerFacts& facts);

}  // namespace cobro

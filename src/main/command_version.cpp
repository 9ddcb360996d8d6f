#include <curl/curl.h>
#include <libpq-fe.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include <boost/version.hpp>
#include <cstdio>
#include <string>

#include "main/commands.h"
#include "main/version.h"

namespace cobro {

int run_version() {
  std::printf("cobro %s (%s)\n", std::string(kVersion).c_str(), std::string(kCommit).c_str());
  std::printf("built with %s, Boost %d.%d.%d\n", __VERSION__, BOOST_VERSION / 100000,
              BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
  std::printf("SQLite %s, libpq %d.%d, libcurl %s, %s\n", sqlite3_libversion(),
              PQlibVersion() / 10000, PQlibVersion() % 10000,
              curl_version_info(CURLVERSION_NOW)->version, OpenSSL_version(OPENSSL_VERSION));
  return 0;
}

}  // namespace cobro

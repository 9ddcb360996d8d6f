// Put into every test program of that copy: tells, test by test, which changes it came by.
#include <gtest/gtest.h>

#include <string>

#include "base/mutant.h"

namespace {

class Trace : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override { cobro::mutations::tell("*"); }
  void OnTestEnd(const testing::TestInfo& test) override {
    cobro::mutations::tell((std::string(test.test_suite_name()) + "." + test.name() + " " +
                            std::to_string(test.result()->elapsed_time()) +
                            (test.result()->Failed() ? " failed" : ""))
                               .c_str());
  }
};

const bool listening = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new Trace);
  return true;
}();

}  // namespace

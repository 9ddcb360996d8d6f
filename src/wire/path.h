// The place inside a document, as errors print it: "items[0].quantity". One buffer that
// grows and shrinks with the walk.
#pragma once

#include <string>
#include <string_view>

namespace cobro::wire {

class Path {
 public:
  // Goes one step down, and back up when it goes out of scope.
  class Step {
   public:
    Step(Path& path, std::string_view member) : path_(path), length_(path.text_.size()) {
      if (!path_.text_.empty()) path_.text_.push_back('.');
      path_.text_ += member;
    }
    Step(Path& path, std::size_t index) : path_(path), length_(path.text_.size()) {
      path_.text_ += '[' + std::to_string(index) + ']';
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { path_.text_.resize(length_); }

   private:
    Path& path_;
    std::size_t length_;
  };

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace cobro::wire

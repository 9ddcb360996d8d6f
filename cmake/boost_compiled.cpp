// The one unit that compiles the bodies of Boost.Asio and Boost.Beast (both are used with
// separate compilation). net and store link it; nobody else includes these two headers.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>

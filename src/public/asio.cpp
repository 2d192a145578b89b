// The one translation unit of Boost.Asio and of the public headers' functions.
#include <boost/asio/impl/src.hpp>

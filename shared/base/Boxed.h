// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace sgn {

// A std::optional whose value is on the heap: where few of many objects have one, the others pay for a pointer only. A
// copy has a value of its own.
template <typename T>
class Boxed
{
public:
    Boxed() = default;
    Boxed(T value)
        : m_value(std::make_unique<T>(std::move(value)))
    {}
    Boxed(std::optional<T> value)
        : m_value(value ? std::make_unique<T>(*std::move(value)) : nullptr)
    {}
    Boxed(const Boxed &other)
        : m_value(other ? std::make_unique<T>(*other) : nullptr)
    {}
    Boxed(Boxed &&other) noexcept = default;
    Boxed &operator=(Boxed other) noexcept
    {
        std::swap(m_value, other.m_value);
        return *this;
    }
    ~Boxed() = default;

    explicit operator bool() const { return m_value != nullptr; }
    [[nodiscard]] bool has_value() const { return m_value != nullptr; }
    T &operator*() { return *m_value; }
    const T &operator*() const { return *m_value; }
    T *operator->() { return m_value.get(); }
    const T *operator->() const { return m_value.get(); }
    void reset() { m_value.reset(); }
    operator std::optional<T>() const { return m_value ? std::optional<T>(*m_value) : std::nullopt; }

    friend bool operator==(const Boxed &one, const Boxed &other)
    {
        return one && other ? *one == *other : one.has_value() == other.has_value();
    }

private:
    std::unique_ptr<T> m_value;
};

} // namespace sgn

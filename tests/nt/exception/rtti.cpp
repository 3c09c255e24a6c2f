/* dynamic_cast, typeid, and what they throw. */
#include "guest_test.h"

extern "C" const void *const type_info_table[2] __asm__("??_7type_info@@6B@") = {};
extern "C" {
int _fltused;
struct type_data;
__declspec(dllimport) int __std_type_info_compare(const type_data *a, const type_data *b);
}

namespace std {
class exception {
public:
    virtual ~exception();
    virtual const char *what() const;
    const char *text;
    bool owned;
};
class bad_cast : public exception {
public:
    ~bad_cast() override;
};
} // namespace std

struct a {
    int x = 1;
    virtual ~a() {}
};
struct b {
    int y = 2;
    virtual ~b() {}
};
struct hidden {
    virtual ~hidden() {}
};
struct c : a, b, private hidden {
    int z = 3;
    hidden *get_hidden() { return this; }
};
struct left : virtual a {};
struct right : virtual a {};
struct bottom : left, right {};
struct twice_left : a {};
struct twice_right : a {};
struct twice : twice_left, twice_right {};

template <class to, class from> __attribute__((noinline)) static to *cast(from *p)
{
    return dynamic_cast<to *>(p);
}

static void test_casts()
{
    c object;
    bottom diamond;
    twice two;
    a plain;

    EXPECT(cast<c>(static_cast<a *>(&object)) == &object, 1);
    EXPECT(cast<c>(static_cast<b *>(&object)) == &object, 1);
    EXPECT(cast<b>(static_cast<a *>(&object)) == static_cast<b *>(&object), 1);
    EXPECT(cast<a>(static_cast<b *>(&object)) == static_cast<a *>(&object), 1);
    EXPECT(cast<hidden>(static_cast<a *>(&object)) == nullptr, 1);
    EXPECT(cast<c>(object.get_hidden()) == nullptr, 1);
    EXPECT(cast<c>(&plain) == nullptr, 1);
    EXPECT(cast<b>(&plain) == nullptr, 1);
    EXPECT(cast<bottom>(static_cast<a *>(&diamond)) == &diamond, 1);
    EXPECT(cast<right>(static_cast<left *>(&diamond)) == static_cast<right *>(&diamond), 1);
    EXPECT(cast<twice>(static_cast<a *>(static_cast<twice_right *>(&two))) == &two, 1);
    EXPECT(cast<twice_left>(static_cast<a *>(static_cast<twice_right *>(&two))) ==
               static_cast<twice_left *>(&two), 1);
    EXPECT(dynamic_cast<void *>(static_cast<b *>(&object)) == &object, 1);
    EXPECT(cast<c>(static_cast<a *>(nullptr)) == nullptr, 1);
}

__attribute__((noinline)) static int cast_reference(a &object)
{
    return dynamic_cast<c &>(object).z;
}

static void test_bad_cast()
{
    a plain;
    int caught = 0;

    try {
        caught = cast_reference(plain);
    } catch (std::bad_cast &e) {
        caught = e.what()[0];
    }
    EXPECT(caught, 'B');
    try {
        caught = cast_reference(plain);
    } catch (std::exception &e) {
        caught = e.text[0] + 1;
    }
    EXPECT(caught, 'B' + 1);
}

extern "C" void mainCRTStartup()
{
    test_casts();
    test_bad_cast();
    ExitProcess((DWORD)finish_tests());
}

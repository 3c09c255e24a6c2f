/* user32's rectangles. */
#include "tests/nt/check.h"

static BOOL is(const RECT *r, LONG left, LONG top, LONG right, LONG bottom)
{
    return r->left == left && r->top == top && r->right == right && r->bottom == bottom;
}

int main(void)
{
    RECT a, b, r, empty = {0, 0, 0, 0};

    CHECK(SetRect(&a, 0, 0, 10, 20) && is(&a, 0, 0, 10, 20));
    CHECK(SetRect(&b, 5, 10, 30, 40));
    CHECK(!IsRectEmpty(&a) && IsRectEmpty(&empty));
    CHECK(IntersectRect(&r, &a, &b) && is(&r, 5, 10, 10, 20));
    CHECK(UnionRect(&r, &a, &b) && is(&r, 0, 0, 30, 40));
    CHECK(UnionRect(&r, &a, &empty) && EqualRect(&r, &a));
    CHECK(!UnionRect(&r, &empty, &empty) && is(&r, 0, 0, 0, 0));
    CHECK(CopyRect(&r, &b) && EqualRect(&r, &b) && !EqualRect(&r, &a));
    CHECK(OffsetRect(&r, -5, 1) && is(&r, 0, 11, 25, 41));
    CHECK(InflateRect(&r, 1, 2) && is(&r, -1, 9, 26, 43));
    SetRect(&b, 10, 0, 20, 20); /* they only touch */
    CHECK(!IntersectRect(&r, &a, &b) && is(&r, 0, 0, 0, 0));
    CHECK(PtInRect(&a, (POINT){0, 0}) && PtInRect(&a, (POINT){9, 19}));
    CHECK(!PtInRect(&a, (POINT){10, 5}) && !PtInRect(&a, (POINT){5, 20}));
    SetRect(&b, 0, 0, 4, 20);
    CHECK(SubtractRect(&r, &a, &b) && is(&r, 4, 0, 10, 20));
    SetRect(&b, 0, 0, 4, 4); /* what would be left is no rectangle */
    CHECK(SubtractRect(&r, &a, &b) && EqualRect(&r, &a));
    CHECK(!SubtractRect(&r, &a, &a) && IsRectEmpty(&r));
    CHECK(SetRectEmpty(&a) && IsRectEmpty(&a));
    return check_done();
}

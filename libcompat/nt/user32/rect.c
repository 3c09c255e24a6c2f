/*
 * Rectangles. They contain their left and top edges, not the others.
 */
#include "user.h"

static BOOL has_area(const RECT *r)
{
    return r->left < r->right && r->top < r->bottom;
}

BOOL WINAPI SetRect(LPRECT r, int left, int top, int right, int bottom)
{
    if (!r)
        return FALSE;
    *r = (RECT){left, top, right, bottom};
    return TRUE;
}

BOOL WINAPI SetRectEmpty(LPRECT r)
{
    return SetRect(r, 0, 0, 0, 0);
}

BOOL WINAPI CopyRect(LPRECT to, const RECT *from)
{
    if (!to || !from)
        return FALSE;
    *to = *from;
    return TRUE;
}

BOOL WINAPI IsRectEmpty(const RECT *r)
{
    return !r || !has_area(r);
}

BOOL WINAPI EqualRect(const RECT *a, const RECT *b)
{
    return a && b && a->left == b->left && a->top == b->top && a->right == b->right &&
           a->bottom == b->bottom;
}

BOOL WINAPI PtInRect(const RECT *r, POINT p)
{
    return r && p.x >= r->left && p.x < r->right && p.y >= r->top && p.y < r->bottom;
}

BOOL WINAPI InflateRect(LPRECT r, int dx, int dy)
{
    if (!r)
        return FALSE;
    return SetRect(r, r->left - dx, r->top - dy, r->right + dx, r->bottom + dy);
}

BOOL WINAPI OffsetRect(LPRECT r, int dx, int dy)
{
    if (!r)
        return FALSE;
    return SetRect(r, r->left + dx, r->top + dy, r->right + dx, r->bottom + dy);
}

BOOL WINAPI IntersectRect(LPRECT to, const RECT *a, const RECT *b)
{
    RECT r;

    if (!to || !a || !b)
        return FALSE;
    r.left = max(a->left, b->left);
    r.top = max(a->top, b->top);
    r.right = min(a->right, b->right);
    r.bottom = min(a->bottom, b->bottom);
    if (!has_area(a) || !has_area(b) || !has_area(&r)) {
        SetRectEmpty(to);
        return FALSE;
    }
    *to = r;
    return TRUE;
}

/* The smallest rectangle around both; one without area does not count. */
BOOL WINAPI UnionRect(LPRECT to, const RECT *a, const RECT *b)
{
    if (!to || !a || !b)
        return FALSE;
    if (!has_area(a) && !has_area(b)) {
        SetRectEmpty(to);
        return FALSE;
    }
    if (!has_area(a) || !has_area(b))
        return CopyRect(to, has_area(a) ? a : b);
    return SetRect(to, min(a->left, b->left), min(a->top, b->top), max(a->right, b->right),
                   max(a->bottom, b->bottom));
}

/* What is left of a when it is a rectangle: b must go across it from side to side. */
BOOL WINAPI SubtractRect(LPRECT to, const RECT *a, const RECT *b)
{
    RECT r, common;

    if (!to || !a || !b)
        return FALSE;
    r = *a;
    if (IntersectRect(&common, a, b)) {
        if (common.top == r.top && common.bottom == r.bottom) {
            if (common.left == r.left)
                r.left = common.right;
            else if (common.right == r.right)
                r.right = common.left;
        } else if (common.left == r.left && common.right == r.right) {
            if (common.top == r.top)
                r.top = common.bottom;
            else if (common.bottom == r.bottom)
                r.bottom = common.top;
        }
    }
    if (!has_area(&r))
        SetRectEmpty(&r);
    *to = r;
    return has_area(to);
}

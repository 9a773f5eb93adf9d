using Headgate.AspNetCore;
using Microsoft.AspNetCore.Mvc;

namespace MvcAttributes;

/// <summary>Every action takes one permit of "orders", unless it says otherwise.</summary>
[ApiController, Route("orders"), Headgate("orders")]
public sealed class OrdersController : ControllerBase
{
    [HttpGet("{id:int}")]
    public string Find(int id) => $"order {id}";

    /// <summary>Five permits of "orders", and one a day of "exports".</summary>
    [HttpGet("export"), Headgate("orders", Cost = 5), Headgate("exports")]
    public string Export() => "all orders";

    [HttpGet("status"), DisableHeadgate]
    public string Status() => "open";
}
